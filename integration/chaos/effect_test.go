package chaos

import (
	"time"

	"ursula/integration/chaos/nemesis"
	"ursula/integration/linear"
)

// suffered is a fault between two moments of a history.
type suffered struct {
	nemesis.Event
	began, ended time.Duration
}

// settling is how long after its begin a fault need not be there for certain: a signal
// takes a moment to stop all threads.
const settling = 100 * time.Millisecond

// denied is an answer that a node cannot have given if the fault took effect.
func (s suffered) denied(h *linear.History) *linear.Op {
	for i := range h.Ops {
		o := &h.Ops[i]
		within := o.Node == s.Node && o.Invoked > s.began+settling && o.Returned < s.ended
		if within && s.forbids(o) {
			return o
		}
	}
	return nil
}

func (s suffered) forbids(o *linear.Op) bool {
	if s.Fault.Silences() {
		return !unanswered(o)
	}
	writes := o.Kind != linear.Head && o.Kind != linear.Read
	return s.Fault.CutsOff() && writes && (o.Outcome == linear.OK || o.Outcome == linear.Repeated)
}

func unanswered(o *linear.Op) bool { return o.Outcome == linear.Unknown || o.Outcome == linear.Refused }

// felt says that somebody had no answer from the node because of the fault, or had to
// wait for its end.
func (s suffered) felt(h *linear.History) bool {
	for i := range h.Ops {
		o := &h.Ops[i]
		if o.Node == s.Node && o.Invoked > s.began && o.Invoked < s.ended && (unanswered(o) || o.Returned > s.ended) {
			return true
		}
	}
	return false
}

// sort is what a fault is counted as: "" where it may well go unnoticed.
func (s suffered) sort() string {
	switch {
	case s.Fault.Silences():
		return "a silent process"
	case s.Fault.CutsOff():
		return "a node cut off"
	case s.Fault == nemesis.Fill:
		return full
	}
	return ""
}

const full = "a full disk"
