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

// scriptedPeer starts a node in a bubble, and a peer "2" that the test plays.
func scriptedPeer(t *testing.T, class transport.Class) (*node, *scripted) {
	pipes := newNetwork()
	l := pipes.listen("2")
	t.Cleanup(func() { _ = l.Close() })
	n := pipes.node(t, "1")
	n.SetPeers(map[string]string{"2": "2"})
	return n, accept(t, l, "2", class)
}

// TestALateResponseIsDropped: a read that asks whether this node still leads must
// not be credited with an answer from before it asked.
func TestALateResponseIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		g, ask := n.Group(7), make(chan error)
		var resp raft.AppendEntriesResponse
		beatOnce := func() { ask <- g.AppendEntries("2", "2", beat("1", 1), &resp) }
		go beatOnce()
		first := <-peer.requests
		if err := <-ask; !errors.Is(err, transport.ErrLost) { // the timeout
			t.Fatalf("unanswered: %v", err)
		}
		go beatOnce()
		second := <-peer.requests
		peer.followed(first, true)
		peer.followed(second, false)
		peer.answer(<-peer.requests, 222)
		if err := <-ask; err != nil || resp.LastLog != 222 {
			t.Errorf("answered by %d, %v", resp.LastLog, err)
		}
	})
}

func TestARequestWithoutAnswerEndsAfterItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _ := scriptedPeer(t, transport.ClassLog)
		began := time.Now()
		err := n.Group(7).RequestVote("2", "2", &raft.RequestVoteRequest{RPCHeader: header("1")}, &raft.RequestVoteResponse{})
		if took := time.Since(began); !errors.Is(err, transport.ErrLost) || took < 5*time.Second || took > 6*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestAPipelineIsConsumedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		p, err := n.Group(7).AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		var asked []wire.Header
		for i := range uint64(10) {
			if _, err := p.AppendEntries(entries("1", i+2, []byte("x")), new(raft.AppendEntriesResponse)); err != nil {
				t.Fatal(err)
			}
			asked = append(asked, <-peer.requests)
		}
		for i := range asked {
			i = len(asked) - 1 - i
			peer.answer(asked[i], uint64(i))
		}
		for i := range asked {
			f := <-p.Consumer()
			if err := f.Error(); err != nil || f.Response().LastLog != uint64(i) || f.Request().PrevLogEntry != uint64(i+1) {
				t.Errorf("future %d: %+v, %v", i, f.Response(), err)
			}
		}
	})
}

// TestAPipelineWithoutItsConnection: Raft would take a future that it consumes
// for a sign of life.
func TestAPipelineWithoutItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		p, err := n.Group(7).AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.AppendEntries(entries("1", 2, []byte("x")), new(raft.AppendEntriesResponse))
		if err != nil {
			t.Fatal(err)
		}
		<-peer.requests
		_ = peer.conn.Close()
		if err := f.Error(); !errors.Is(err, transport.ErrLost) {
			t.Errorf("the request under way: %v", err)
		}
		if _, err := p.AppendEntries(entries("1", 3), new(raft.AppendEntriesResponse)); err == nil {
			t.Error("the pipeline goes on")
		}
		if len(p.Consumer()) != 0 {
			t.Error("a lost answer was consumed")
		}
	})
}

func TestAPipelineWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		p, err := n.Group(7).AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		sent := make(chan uint64, 100)
		go func() {
			for i := uint64(2); ; i++ {
				if _, err := p.AppendEntries(entries("1", i), new(raft.AppendEntriesResponse)); err != nil {
					close(sent)
					return
				}
				sent <- i
			}
		}()
		synctest.Wait()
		if len(sent) != 32 {
			t.Errorf("%d under way", len(sent))
		}
		peer.answer(<-peer.requests, 1)
		synctest.Wait()
		if len(sent) != 33 {
			t.Errorf("%d after an answer", len(sent))
		}
		_ = p.Close()
		for range sent { // closed by the sender that was waiting
		}
	})
}

// TestEntriesBeyondALimitStayForTheNextRequest: Raft reads from the request how
// far it got.
func TestEntriesBeyondALimitStayForTheNextRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		half := make([]byte, 600<<10)
		r := entries("1", 2, half, half, half)
		go func() { peer.answer(lastPiece(peer.requests), 2) }()
		if err := n.Group(7).AppendEntries("2", "2", r, &raft.AppendEntriesResponse{}); err != nil || len(r.Entries) != 1 {
			t.Errorf("%d entries, %v", len(r.Entries), err)
		}
	})
}

func lastPiece(requests <-chan wire.Header) wire.Header {
	for h := range requests {
		if h.Flags&wire.More == 0 {
			return h
		}
	}
	return wire.Header{}
}
