package forward

import (
	"errors"
	"sync/atomic"

	"ursula/core/group"
)

// Stats count the commands of a group that were sent to other nodes since the start.
type Stats struct {
	Done     uint64 // the leader carried it out, refusals of the group's state among them
	NoLeader uint64 // no leader was where one was believed to be
	Unknown  uint64 // the outcome is unknown
	Refused  uint64 // the leader did not take it for another reason: it is full, or ends
	Repeated uint64 // it was tried again, here or elsewhere
}

// Add returns the sum.
func (s Stats) Add(o Stats) Stats {
	return Stats{
		Done: s.Done + o.Done, NoLeader: s.NoLeader + o.NoLeader, Unknown: s.Unknown + o.Unknown,
		Refused: s.Refused + o.Refused, Repeated: s.Repeated + o.Repeated,
	}
}

// counts are an engine's Stats as they grow.
type counts struct{ done, noLeader, unknown, refused, repeated atomic.Uint64 }

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
	}
}

// QuestionStats count what a node asked others on behalf of reads since the start.
type QuestionStats struct {
	Questions uint64
	Calls     uint64 // that carried them; questions share calls
}

// Stats may be called at any time.
func (q *Questions) Stats() QuestionStats {
	return QuestionStats{Questions: q.put.Load(), Calls: q.called.Load()}
}
