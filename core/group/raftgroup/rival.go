package raftgroup

import (
	"slices"

	"github.com/hashicorp/raft"
)

// rival lets the groups that have two survivors outdo the other one, until what it
// returns is called.
func rival(heirs []heir) (end func()) {
	heirs = slices.DeleteFunc(slices.Clone(heirs), func(h heir) bool { return h.of != 2 })
	for _, h := range heirs {
		h.rivals.Add(1)
		h.replace(h.raft.CurrentTerm()) // the other one may have known of the succession earlier
	}
	return func() {
		for _, h := range heirs {
			h.rivals.Add(-1)
		}
	}
}

// outdo notes a candidate that needs this node's vote and lacks entries that this one
// has. In a succession it cannot be elected, and this node stands in its place. It
// runs on Raft's main loop, which looks at the request afterwards.
func (e *Engine) outdo(r *raft.RequestVoteRequest) {
	if r.Term <= e.raft.CurrentTerm() || !e.lacks(r) {
		return
	}
	e.outdone.Store(r.Term)
	if e.rivals.Load() > 0 {
		e.replace(r.Term)
	}
}

// replace stands once for each candidate that was outdone.
func (e *Engine) replace(term uint64) {
	if term != 0 && e.outdone.CompareAndSwap(term, 0) {
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
