package forward_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

// What the leader's node refuses with, the caller can tell apart.
func TestRefusalsTravel(t *testing.T) {
	for _, want := range []error{
		group.ErrNoLeader, group.ErrOverloaded, group.ErrNoSpace, group.ErrUnknownOutcome, group.ErrShutdown,
	} {
		e, _, there, calls := pair()
		there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
			return stream.Result{}, fmt.Errorf("because: %w", want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		answer := calls.answer
		calls.answer = func(ctx context.Context, m message) ([]byte, error) {
			defer cancel() // once is enough
			return answer(ctx, m)
		}
		if _, err := e.Propose(ctx, addition("x")); !errors.Is(err, want) {
			t.Errorf("%v became %v", want, err)
		}
	}
}

// An error that leaves the outcome open does so whatever else it is.
func TestDoubtTravelsFirst(t *testing.T) {
	for _, other := range []error{group.ErrNoLeader, group.ErrShutdown, group.ErrOverloaded} {
		e, _, there, _ := pair()
		there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
			return stream.Result{}, fmt.Errorf("%w: %w", other, group.ErrUnknownOutcome)
		}
		if _, err := e.Propose(t.Context(), addition("x")); !errors.Is(err, group.ErrUnknownOutcome) || len(there.seen()) != 1 {
			t.Errorf("with %v: %v after %d proposals", other, err, len(there.seen()))
		}
	}
}

// A call is answered where it arrives: a node that does not lead refuses, and so
// does one that has not opened the group yet.
func TestNoSecondHop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, calls := newLocal("b", false), &fakeCalls{}
		elsewhere := newLocal("c", false)
		elsewhere.propose = func(context.Context, *stream.Command) (stream.Result, error) {
			return stream.Result{}, group.ErrNoLeader
		}
		for _, groups := range []map[uint32]*fakeLocal{{}, {theGroup: elsewhere}} {
			calls.answer = to(forward.NewServer(&fakeNode{groups: groups}))
			e := engine(here, calls, fixed(0))
			for _, attempt := range []func(context.Context) error{
				func(ctx context.Context) error { _, err := e.Propose(ctx, addition("x")); return err },
				e.Confirm,
			} {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				if err := attempt(ctx); !errors.Is(err, group.ErrNoLeader) {
					t.Errorf("%d groups: %v", len(groups), err)
				}
				cancel()
			}
		}
		for _, m := range calls.messages() {
			if m.peer != "b" {
				t.Errorf("node %s was asked", m.peer)
			}
		}
	})
}

// A call waits a while for a node that is about to lead, and not for ever.
func TestACallWaitsForAnElection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := newLocal("", false)
		there.propose = func(ctx context.Context, _ *stream.Command) (stream.Result, error) {
			<-ctx.Done()
			return stream.Result{}, group.ErrNoLeader
		}
		s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}})
		began := time.Now()
		payload := stream.AppendCommand(binary.LittleEndian.AppendUint32(nil, theGroup), addition("x"))
		answer, err := s.Propose(t.Context(), "a", payload)
		if err != nil || len(answer) == 0 || answer[0] == 0 || time.Since(began) > 5*time.Second {
			t.Errorf("answer % x, %v, after %v", answer, err, time.Since(began))
		}
	})
}

// A node says for each group whether it knows of a later term, how far it is where it
// leads and need not doubt that, and where its log ends where it follows.
func TestAskIsAnsweredForEachGroup(t *testing.T) {
	follower, leader, doubted, deposed := newLocal("a", false), newLocal("b", true), newLocal("b", true), newLocal("b", true)
	for _, l := range []*fakeLocal{follower, leader, doubted, deposed} {
		l.term, l.at, l.end = 5, group.Position{Term: 5, Commit: 9, Applied: 8}, 12
	}
	doubted.doubted = true
	s := forward.NewServer(&fakeNode{clock: 77, groups: map[uint32]*fakeLocal{1: follower, 2: leader, 3: doubted, 4: deposed}})
	asked := []struct {
		group uint32
		term  uint64
		want  byte // 1: knows of no later term, 2: leads, 4: says where its log ends
	}{{1, 4, 4}, {1, 5, 5}, {1, 6, 5}, {2, 4, 2}, {2, 5, 3}, {3, 5, 3}, {4, 6, 5}, {9, 9, 0}}
	deposed.leads = false
	var payload []byte
	for _, q := range asked {
		payload = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(payload, q.group), q.term)
	}
	got, err := s.Ask(t.Context(), "a", payload)
	if err != nil || len(got) != len(asked)*33 {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	for i, q := range asked {
		a := got[i*33:][:33]
		index, clock := binary.LittleEndian.Uint64(a[9:]), binary.LittleEndian.Uint64(a[25:])
		leads, tells := q.want&2 != 0, q.want&4 != 0
		if a[0] != q.want || leads != (index == 9) || tells != (index == 12) || leads != (clock == 77) {
			t.Errorf("group %d in term %d: % x", q.group, q.term, a)
		}
	}
}

// A message that is cut short is refused as a whole.
func TestMalformedCalls(t *testing.T) {
	g := newLocal("b", true)
	s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{0: g}})
	for name, call := range map[string]struct {
		serve func(context.Context, string, []byte) ([]byte, error)
		sizes []int
	}{
		"propose": {s.Propose, []int{0, 3, 4, 5}},
		"ask":     {s.Ask, []int{1, 11, 13}},
		"advance": {s.Advance, []int{1, 27, 29}},
	} {
		for _, size := range call.sizes {
			if _, err := call.serve(t.Context(), "a", make([]byte, size)); err == nil {
				t.Errorf("%s of %d bytes was taken", name, size)
			}
		}
	}
	if len(g.seen()) > 0 || len(g.told()) > 0 {
		t.Errorf("proposed %v, told %v", g.seen(), g.told())
	}
}
