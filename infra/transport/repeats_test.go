package transport_test

import (
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// leading is an idle leader's pipeline to a scripted peer.
type leading struct {
	*testing.T
	raft.AppendPipeline
	group *transport.Group
	peer  *scripted
}

func newLeading(t *testing.T) leading {
	n, peer := scriptedPeer(t, transport.ClassLog)
	g := n.Group(7)
	p, err := g.AppendEntriesPipeline("2", "2")
	if err != nil {
		t.Fatal(err)
	}
	return leading{t, p, g, peer}
}

// append says up to where the leader has committed, and returns whether it was
// sent.
func (l leading) append(index, commit uint64, data ...[]byte) (sent bool) {
	l.Helper()
	r := entries("1", index, data...)
	r.LeaderCommitIndex = commit
	if _, err := l.AppendEntries(r, new(raft.AppendEntriesResponse)); err != nil {
		l.Fatal(err)
	}
	synctest.Wait()
	return len(l.peer.requests) > 0
}

// answered lets the peer accept what was sent.
func (l leading) answered() {
	l.peer.answer(<-l.peer.requests, 1)
	synctest.Wait()
}

func TestWhatAFollowerHasAcknowledgedIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeading(t)
		for _, step := range []struct {
			what          string
			index, commit uint64
			data          [][]byte
			sent          bool
		}{
			{"the first one", 5, 3, nil, true},
			{"the same", 5, 3, nil, false},
			{"an entry", 5, 3, [][]byte{[]byte("x")}, true},
			{"what is known with the entry", 6, 3, nil, false},
			{"a later commit", 6, 5, nil, true},
			{"the same again", 6, 5, nil, false},
			{"an earlier entry", 5, 5, nil, true},
		} {
			if sent := l.append(step.index, step.commit, step.data...); sent != step.sent {
				t.Fatalf("%s: sent %v", step.what, sent)
			}
			if step.sent {
				l.answered()
				<-l.Consumer()
			}
		}
		if len(l.Consumer()) > 0 {
			t.Error("what was not sent counts as a contact")
		}
	})
}

func TestSomeRepetitionsAreSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeading(t)
		count := 0
		for range 33 {
			if l.append(5, 3) {
				count++
				l.answered()
				<-l.Consumer()
			}
		}
		if count != 5 {
			t.Errorf("%d of 33 sent", count)
		}
	})
}

// TestWhatWasNotAcknowledgedIsRepeated: it may be lost with the connection.
func TestWhatWasNotAcknowledgedIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeading(t)
		l.append(5, 3)
		first := <-l.peer.requests
		if !l.append(5, 3) {
			t.Error("unanswered, and not sent again")
		}
		l.peer.answer(first, 1)
		l.answered()
		_ = l.peer.conn.Close()
		synctest.Wait()
		known := entries("1", 5)
		known.LeaderCommitIndex = 3
		if _, err := l.AppendEntries(known, new(raft.AppendEntriesResponse)); err == nil {
			t.Error("a pipeline without its connection goes on")
		}
	})
}

// A follower that has moved on to a later term says so to a heartbeat, which Raft
// does not look at; the next repetition has to be sent for the leader to learn it.
func TestWhatIsKnownIsDoubtedAfterARefusedHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeading(t)
		l.append(5, 3)
		l.answered()
		<-l.Consumer()
		var resp raft.AppendEntriesResponse
		go func() { _ = l.group.AppendEntries("2", "2", beat("1", 1), &resp) }()
		l.peer.followed(<-l.peer.requests, false)
		alone := <-l.peer.requests
		body, _ := wire.Append(nil, []byte("2"), &raft.AppendEntriesResponse{Term: 2})
		l.peer.send(wire.Header{Kind: alone.Kind.Answer(), Group: 7, ID: alone.ID}, body)
		synctest.Wait()
		if resp.Term != 2 {
			t.Fatalf("%+v", resp)
		}
		if !l.append(5, 3) {
			t.Error("left out: the leader does not learn of term 2")
		}
	})
}
