package forward_test

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
)

// leading is a group that this node leads with nothing under way.
func leading(commit uint64) *fakeLocal {
	l := newLocal("a", true)
	l.idle, l.at = true, group.Position{Term: 3, Commit: commit, Applied: commit}
	return l
}

// Groups that committed at about the same time share a message to each peer. Left
// out are those whose next entry is on its way, and those that are led no more.
func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, deposed := leading(30), leading(40)
		busy.idle = false
		deposed.elect("b", false)
		node := &fakeNode{groups: map[uint32]*fakeLocal{1: leading(10), 2: leading(20), 3: busy, 4: deposed}}
		calls := &fakeCalls{}
		n := forward.NewNotices(node, calls, func() []string { return []string{"b", "c"} })
		for id := range uint32(6) {
			n.Committed(id)
			n.Committed(id)
		}
		time.Sleep(time.Second)
		sent := calls.messages()
		if len(sent) != 2 || sent[0].peer != "b" || sent[1].peer != "c" {
			t.Fatalf("sent %+v", sent)
		}
		if got := groupsOf(sent[0].payload); !slices.Equal(got, []uint32{1, 2}) {
			t.Errorf("told of groups %v", got)
		}
		deliver(t, sent[0].payload, 1, group.Position{Term: 3, Commit: 10, Applied: 10})
	})
}

func groupsOf(payload []byte) (ids []uint32) {
	for ; len(payload) > 0; payload = payload[28:] {
		ids = append(ids, binary.LittleEndian.Uint32(payload))
	}
	slices.Sort(ids)
	return ids
}

// deliver has a follower of one group read a notice.
func deliver(t *testing.T, payload []byte, id uint32, want group.Position) {
	t.Helper()
	follower := newLocal("a", false)
	s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{id: follower}})
	if _, err := s.Advance(t.Context(), "a", payload); err != nil {
		t.Error(err)
	}
	if got := follower.told(); !slices.Equal(got, []group.Position{want}) {
		t.Errorf("follower was told %+v", got)
	}
}

// Nothing to tell is not told.
func TestNoNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := leading(1)
		busy.idle = false
		calls := &fakeCalls{}
		n := forward.NewNotices(&fakeNode{groups: map[uint32]*fakeLocal{1: busy}}, calls, func() []string { return []string{"b"} })
		n.Committed(1)
		time.Sleep(time.Second)
		synctest.Wait()
		if sent := calls.messages(); len(sent) > 0 {
			t.Errorf("sent %+v", sent)
		}
		busy.idle = true
		n.Committed(1)
		time.Sleep(time.Second)
		if sent := calls.messages(); len(sent) != 1 {
			t.Errorf("sent %+v", sent)
		}
	})
}
