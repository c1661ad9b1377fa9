package transport_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// pair starts two nodes in a bubble that are connected.
func pair(t *testing.T, changes ...option) (pipes *network, one, two *node) {
	pipes = newNetwork()
	one, two = pipes.node(t, "1", changes...), pipes.node(t, "2", changes...)
	acquaint(one, two)
	await(t, true, one, two)
	return pipes, one, two
}

// follow answers whatever comes to a group, as a follower in the term of each
// request, until the group is closed.
func follow(g *transport.Group, done <-chan struct{}) {
	for {
		select {
		case rpc := <-g.Consumer():
			switch r := rpc.Command.(type) {
			case *raft.AppendEntriesRequest:
				rpc.Respond(&raft.AppendEntriesResponse{Term: r.Term, LastLog: r.PrevLogEntry, Success: true}, nil)
			case *raft.RequestVoteRequest:
				rpc.Respond(&raft.RequestVoteResponse{Term: r.Term, Granted: true}, nil)
			case *raft.RequestPreVoteRequest:
				rpc.Respond(&raft.RequestPreVoteResponse{Term: r.Term, Granted: true}, nil)
			default:
				rpc.Respond(nil, errors.New("no"))
			}
		case <-done:
			return
		}
	}
}

func followUntilTheEnd(t *testing.T, g *transport.Group) {
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go follow(g, done)
}

func TestVotesAndErrorsReachThePeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		followUntilTheEnd(t, two.Group(7))
		g := one.Group(7)
		var vote raft.RequestVoteResponse
		if err := g.RequestVote("2", "2", &raft.RequestVoteRequest{RPCHeader: header("1"), Term: 3}, &vote); err != nil || !vote.Granted || vote.Term != 3 {
			t.Errorf("vote %+v, %v", vote, err)
		}
		var pre raft.RequestPreVoteResponse
		if err := g.RequestPreVote("2", "2", &raft.RequestPreVoteRequest{RPCHeader: header("1"), Term: 4}, &pre); err != nil || !pre.Granted || pre.Term != 4 {
			t.Errorf("pre-vote %+v, %v", pre, err)
		}
		err := g.TimeoutNow("2", "2", &raft.TimeoutNowRequest{RPCHeader: header("1")}, &raft.TimeoutNowResponse{})
		if remote := (*transport.RemoteError)(nil); !errors.As(err, &remote) || remote.Text != "no" || remote.Peer != "2" {
			t.Errorf("timeout now: %v", err)
		}
		err = one.Group(8).AppendEntries("2", "2", beat("1", 1), &raft.AppendEntriesResponse{})
		if remote := (*transport.RemoteError)(nil); !errors.As(err, &remote) {
			t.Errorf("a group that the peer lacks: %v", err)
		}
	})
}

// TestAStuckGroupDoesNotDelayAnother: nobody reads group 1's queue.
func TestAStuckGroupDoesNotDelayAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		two.Group(1)
		followUntilTheEnd(t, two.Group(2))
		var busy int
		for range 3 { // pipelines of 32 each, for a queue of 64
			p, err := one.Group(1).AppendEntriesPipeline("2", "2")
			if err != nil {
				t.Fatal(err)
			}
			for i := range uint64(32) {
				if _, err := p.AppendEntries(entries("1", i+2), new(raft.AppendEntriesResponse)); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			for range len(p.Consumer()) {
				if err := (<-p.Consumer()).Error(); !errors.Is(err, transport.ErrBusy) || !errors.Is(err, transport.ErrUnreachable) {
					t.Error(err)
				}
				busy++
			}
		}
		if busy != 32 {
			t.Errorf("%d requests refused", busy)
		}
		var resp raft.AppendEntriesResponse
		if err := one.Group(2).AppendEntries("2", "2", entries("1", 9), &resp); err != nil || resp.LastLog != 8 {
			t.Errorf("the other group: %+v, %v", resp, err)
		}
	})
}

// TestAHeartbeatOfANewTermGoesToTheMainLoop: it writes to the stable store.
func TestAHeartbeatOfANewTermGoesToTheMainLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		fast, looped, loop := 0, 0, make(chan struct{})
		g := two.Group(7)
		g.SetHeartbeatHandler(func(rpc raft.RPC) {
			fast++
			rpc.Respond(&raft.AppendEntriesResponse{Term: rpc.Command.(*raft.AppendEntriesRequest).Term, Success: true}, nil)
		})
		go func() {
			for rpc := range g.Consumer() {
				select {
				case <-loop:
					return
				default:
				}
				looped++
				rpc.Respond(&raft.AppendEntriesResponse{Term: rpc.Command.(*raft.AppendEntriesRequest).Term, Success: true}, nil)
			}
		}()
		defer func() { close(loop); g.Inject(raft.RPC{}) }()
		followUntilTheEnd(t, one.Group(7))
		for i, step := range []struct {
			term         uint64
			stands       bool // the follower has asked for votes before
			fast, looped int
		}{{5, false, 0, 1}, {5, false, 1, 1}, {6, false, 1, 2}, {6, false, 2, 2}, {6, true, 2, 3}, {6, false, 3, 3}} {
			if step.stands {
				_ = g.RequestPreVote("1", "1", &raft.RequestPreVoteRequest{RPCHeader: header("2")}, &raft.RequestPreVoteResponse{})
			}
			if err := one.Group(7).AppendEntries("2", "2", beat("1", step.term), &raft.AppendEntriesResponse{}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if fast != step.fast || looped != step.looped {
				t.Errorf("step %d: %d fast, %d in the loop", i, fast, looped)
			}
		}
	})
}

func TestInjectDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newNetwork().node(t, "1").Group(7)
		n := 0
		for g.Inject(raft.RPC{}) {
			n++
		}
		if n != cap(g.Consumer()) {
			t.Errorf("%d of %d", n, cap(g.Consumer()))
		}
	})
}

func TestAClosedGroupAnswersWhatItOwes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		g := two.Group(7)
		done := make(chan error)
		go func() { done <- one.Group(7).AppendEntries("2", "2", entries("1", 2), &raft.AppendEntriesResponse{}) }()
		<-g.Consumer()
		_ = g.Close()
		if err := <-done; err == nil || errors.Is(err, transport.ErrLost) {
			t.Errorf("%v", err)
		}
		if two.Group(7) == g {
			t.Error("the group is still there")
		}
	})
}
