package raftgroup

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// foretold is the leader's newest position that this node's log had not reached
// when it was told. An entry that a majority has may still be on its way here, or
// be being written.
type foretold struct {
	mu     sync.Mutex
	leader string
	at     group.Position
	pause  time.Duration // until it is looked at again; 0 while nothing is planned
}

// tellAgain is the first pause; it grows until Raft itself would repeat what is
// committed.
const tellAgain = 2 * time.Millisecond

// Advance tells this node's Raft what the leader said of its position, in the
// form that the leader itself would use: a message without entries. Raft checks
// it like any other. So a follower learns at once what is committed, and need
// not wait for the next entry. It never waits.
func (e *Engine) Advance(leader string, p group.Position) {
	if e.tell(leader, p) {
		return
	}
	f := &e.foretold
	f.mu.Lock()
	defer f.mu.Unlock()
	planned := f.pause > 0
	if planned && f.at.Commit >= p.Commit {
		return
	}
	f.leader, f.at, f.pause = leader, p, tellAgain
	if !planned {
		time.AfterFunc(f.pause, e.retell)
	}
}

// retell looks at what was foretold once more.
func (e *Engine) retell() {
	f := &e.foretold
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pause *= 2
	if e.tell(f.leader, f.at) || f.pause >= e.options.Timers.Commit {
		f.pause = 0
		return
	}
	time.AfterFunc(f.pause, e.retell)
}

// injector takes a message as if it had come over the network, without waiting.
type injector interface{ Inject(raft.RPC) bool }

// tell reports whether Raft knows of p, or will as soon as it looks.
func (e *Engine) tell(leader string, p group.Position) bool {
	to, ok := e.options.Transport.(injector)
	if !ok || e.raft.CommitIndex() >= p.Commit {
		return true
	}
	return e.raft.LastIndex() >= p.Commit && to.Inject(raft.RPC{
		RespChan: make(chan raft.RPCResponse, 1),
		Command: &raft.AppendEntriesRequest{
			RPCHeader: raft.RPCHeader{
				ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(leader), Addr: []byte(leader),
			},
			Term: p.Term, PrevLogEntry: p.Commit, PrevLogTerm: p.Term, LeaderCommitIndex: p.Commit,
		},
	})
}
