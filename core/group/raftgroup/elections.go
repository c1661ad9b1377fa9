package raftgroup

import (
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// Elections count how a group's leaders came about since the start, as this node saw
// it.
type Elections struct {
	Begun   uint64 // times that this node stood for election
	Won     uint64 // times that it was elected
	Changes uint64 // times that another node than before was known to lead
}

// Add returns the sum.
func (e Elections) Add(o Elections) Elections {
	return Elections{Begun: e.Begun + o.Begun, Won: e.Won + o.Won, Changes: e.Changes + o.Changes}
}

// elections are the counts as they grow.
type elections struct{ begun, won, changes atomic.Uint64 }

// note counts a change of Raft's state on this node.
func (c *elections) note(state raft.RaftState) {
	switch state {
	case raft.Candidate:
		c.begun.Add(1)
	case raft.Leader:
		c.won.Add(1)
	}
}

// Elections may be called at any time.
func (e *Engine) Elections() Elections {
	c := &e.elections
	return Elections{Begun: c.begun.Load(), Won: c.won.Load(), Changes: c.changes.Load()}
}
