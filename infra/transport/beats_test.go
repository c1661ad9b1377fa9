package transport_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// beatFrom sends a heartbeat of a group in term 1 and returns its outcome.
func beatFrom(n *node, group uint32) <-chan error {
	done := make(chan error, 1)
	go func() {
		var resp raft.AppendEntriesResponse
		err := n.Group(group).AppendEntries("2", "2", beat("1", 1), &resp)
		if err == nil && (!resp.Success || resp.Term != 1) {
			err = errors.New("refused")
		}
		done <- err
	}()
	synctest.Wait()
	return done
}

func wantWaiting(t *testing.T, what string, done <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-done:
		t.Errorf("%s was answered: %v", what, err)
	default:
	}
}

func TestHeartbeatsOfManyGroupsShareAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		var all []<-chan error
		for group := range uint32(8) {
			all = append(all, beatFrom(n, group))
		}
		peer.followed(<-peer.requests, true)
		for group, done := range all {
			if err := <-done; err != nil {
				t.Errorf("group %d: %v", group, err)
			}
		}
		synctest.Wait()
		if len(peer.requests) > 0 {
			t.Errorf("%d messages more", len(peer.requests))
		}
	})
}

// TestAHeartbeatIsAnsweredByWhatWasSentAfterIt: Raft takes the end of the call for
// a contact, so the peer must have lived after its beginning.
func TestAHeartbeatIsAnsweredByWhatWasSentAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		early := beatFrom(n, 1)
		first := <-peer.requests
		late := beatFrom(n, 2)
		peer.followed(first, true)
		if err := <-early; err != nil {
			t.Error(err)
		}
		wantWaiting(t, "a heartbeat after the message", late)
		second := <-peer.requests
		wantWaiting(t, "an unanswered heartbeat", late)
		peer.followed(second, true)
		if err := <-late; err != nil {
			t.Error(err)
		}
	})
}

// TestAHeartbeatThatIsNotFollowedGoesByItself, to be answered by the main loop.
func TestAHeartbeatThatIsNotFollowedGoesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		follows := func(term uint64) func(raft.RPC) {
			return func(rpc raft.RPC) {
				rpc.Respond(&raft.AppendEntriesResponse{Term: term, Success: term == rpc.Command.(*raft.AppendEntriesRequest).Term}, nil)
			}
		}
		for group := range uint32(3) {
			followUntilTheEnd(t, two.Group(group))
			if err := <-beatFrom(one, group); err != nil { // now it is known to follow in term 1
				t.Fatal(err)
			}
		}
		two.Group(0).SetHeartbeatHandler(follows(1))
		two.Group(1).SetHeartbeatHandler(follows(2))        // it has voted meanwhile
		two.Group(2).SetHeartbeatHandler(func(raft.RPC) {}) // it was shut down
		first, second, third := beatFrom(one, 0), beatFrom(one, 1), beatFrom(one, 2)
		if err := <-first; err != nil {
			t.Errorf("a group that follows: %v", err)
		}
		if err := <-second; err == nil {
			t.Error("a group that has voted in a later term follows")
		}
		if err := <-third; err == nil {
			t.Error("a group that was shut down follows")
		}
	})
}

func TestARoundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		for group := range uint32(wire.MaxHeartbeats + 1) {
			go func() {
				_ = n.Group(group).AppendEntries("2", "2", beat("1", 1<<63), &raft.AppendEntriesResponse{})
			}()
		}
		first, second := (<-peer.requests).Length, (<-peer.requests).Length
		if large, small := max(first, second), min(first, second); large < wire.MaxHeartbeats || small > 100 {
			t.Errorf("%d and %d bytes", first, second)
		}
	})
}

func TestHeartbeatsEndWithTheirConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		sent := beatFrom(n, 1)
		<-peer.requests
		collecting := beatFrom(n, 2)
		_ = peer.conn.Close()
		if err := <-sent; !errors.Is(err, transport.ErrLost) {
			t.Errorf("under way: %v", err)
		}
		if err := <-collecting; !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("not yet sent: %v", err)
		}
	})
}

func TestHeartbeatsWithoutAnswerEndAfterTheirTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		began := time.Now()
		if err := <-beatFrom(n, 1); !errors.Is(err, transport.ErrLost) || time.Since(began) > 6*time.Second {
			t.Errorf("unanswered: %v after %v", err, time.Since(began))
		}
		<-peer.requests
		done := beatFrom(n, 1)
		peer.answer(<-peer.requests, 1) // not what was asked
		if err := <-done; !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("a wrong answer: %v", err)
		}
	})
}
