package forward

import (
	"errors"
	"sync/atomic"

	"ursula/core/group"
)

// Stats count what was asked of other nodes since the start.
type Stats struct {
	Done     uint64 // commands that the leader carried out, refusals of the group's state among them
	NoLeader uint64 // commands that found no leader where one was believed to be
	Unknown  uint64 // commands whose outcome is unknown
	Refused  uint64 // commands that the leader did not take for another reason: it is full, or ends
	Repeated uint64 // commands that were tried again, here or elsewhere

	Reads     uint64 // that needed the leader's word
	Questions uint64 // that were asked for them; reads share them
}

// Add returns the sum.
func (s Stats) Add(o Stats) Stats {
	return Stats{
		Done: s.Done + o.Done, NoLeader: s.NoLeader + o.NoLeader, Unknown: s.Unknown + o.Unknown,
		Refused: s.Refused + o.Refused, Repeated: s.Repeated + o.Repeated,
		Reads: s.Reads + o.Reads, Questions: s.Questions + o.Questions,
	}
}

// counts are an engine's Stats as they grow.
type counts struct {
	done, noLeader, unknown, refused atomic.Uint64
	repeated, reads, questions       atomic.Uint64
}

// sent counts a command that another node was asked to carry out.
func (c *counts) sent(err error) {
	switch {
	case err == nil:
		c.done.Add(1)
	case errors.Is(err, group.ErrUnknownOutcome):
		c.unknown.Add(1)
	case errors.Is(err, group.ErrNoLeader):
		c.noLeader.Add(1)
	default:
		c.refused.Add(1)
	}
}

// Stats may be called at any time.
func (e *Engine) Stats() Stats {
	c := &e.counts
	return Stats{
		Done: c.done.Load(), NoLeader: c.noLeader.Load(), Unknown: c.unknown.Load(),
		Refused: c.refused.Load(), Repeated: c.repeated.Load(),
		Reads: c.reads.Load(), Questions: c.questions.Load(),
	}
}
