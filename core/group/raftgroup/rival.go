package raftgroup

import "github.com/hashicorp/raft"

// rival lets the groups that have two survivors outdo the other one, until what it
// returns is called.
func rival(heirs []heir) (end func()) {
	add := func(n int32) {
		for _, h := range heirs {
			if h.of == 2 {
				h.rivals.Add(n)
			}
		}
	}
	add(1)
	return func() { add(-1) }
}

// outdo has this node stand in place of a candidate that cannot be elected, for it
// needs this node's vote and lacks entries that this one has. It runs on Raft's main
// loop, which looks at the request afterwards.
func (e *Engine) outdo(r *raft.RequestVoteRequest) {
	if e.rivals.Load() > 0 && e.lacks(r) {
		e.stand()
	}
}

// lacks is Raft's own comparison of two logs.
func (e *Engine) lacks(r *raft.RequestVoteRequest) bool {
	var last raft.Log
	if err := e.options.Logs.GetLog(e.raft.LastIndex(), &last); err != nil {
		return false // it is in a snapshot only; the turns go on
	}
	return r.LastLogTerm < last.Term || r.LastLogTerm == last.Term && r.LastLogIndex < last.Index
}
