package linear

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// Breach is a promise that a history shows broken; the package comment explains each.
type Breach string

// The breaches.
const (
	NotLinear Breach = "not linearizable"
	Lost      Breach = "lost"
	Doubled   Breach = "doubled"
	Misplaced Breach = "misplaced"
	Reordered Breach = "reordered"
	Invented  Breach = "invented"
	Torn      Breach = "torn"
	Gapped    Breach = "gapped"
	Receded   Breach = "receded"
	Vanished  Breach = "vanished"
	Lingered  Breach = "lingered"
	Diverged  Breach = "diverged"
)

// Fault is one broken promise of one stream.
type Fault struct {
	Stream string
	Breach Breach
	Detail string
}

func (f Fault) String() string { return fmt.Sprintf("%s: %s: %s", f.Stream, f.Breach, f.Detail) }

// Verdict is what a history comes to.
type Verdict struct {
	Faults    []Fault
	Undecided []string // streams whose search did not end in time; the direct checks hold
}

// Judge checks a history. Each stream's search may take up to limit.
func Judge(h *History, limit time.Duration) Verdict {
	var v Verdict
	for _, s := range stories(h) {
		v.Faults = append(v.Faults, s.direct(h.Skew)...)
		switch result, info := s.search(limit); result {
		case porcupine.Illegal:
			v.Faults = append(v.Faults, Fault{s.stream, NotLinear, s.stuck(info)})
		case porcupine.Unknown:
			v.Undecided = append(v.Undecided, s.stream)
		}
	}
	return v
}

func (s *story) search(limit time.Duration) (porcupine.CheckResult, porcupine.LinearizationInfo) {
	return porcupine.CheckOperationsVerbose(model(), s.operations(), limit)
}

// stuck tells how far the longest explanation gets and what no order explains.
func (s *story) stuck(info porcupine.LinearizationInfo) string {
	var longest []porcupine.Operation
	for _, partition := range info.PartialLinearizationsOperations() {
		for _, order := range partition {
			if len(order) > len(longest) {
				longest = order
			}
		}
	}
	explained := map[*Op]bool{}
	at, last := state{}, "nothing"
	for _, operation := range longest {
		m := operation.Input.(*move)
		explained[m.Op] = true
		_, at = at.step(m)
		last = m.String()
	}
	text := fmt.Sprintf("explained %d of %d operations, the last by %s; then present %v closed %v tail %d, which does not fit",
		len(longest), len(s.ops), last, at.present, at.closed, at.tail)
	if first := s.earliest(explained); first != nil {
		text += " " + first.String()
	}
	return text
}

// earliest is the definite operation that returned first among those not explained.
func (s *story) earliest(explained map[*Op]bool) *Op {
	var first *Op
	for _, o := range s.ops {
		if explained[o] || o.Outcome == Unknown || o.Outcome == Refused {
			continue
		}
		if first == nil || o.Returned < first.Returned {
			first = o
		}
	}
	return first
}

// direct runs the checks that need no search.
func (s *story) direct(skew time.Duration) []Fault {
	f := &faults{stream: s.stream}
	s.checkReads(f)
	s.checkReplicas(f)
	if s.single && len(s.finals) > 0 {
		s.checkContent(f)
		s.checkTails(f)
	}
	if s.single {
		s.checkTime(f)
		s.checkLifetime(f, skew)
	}
	return f.list
}

// faults collects; nil is a kept promise.
type faults struct {
	stream string
	list   []Fault
}

func (f *faults) add(breach Breach, format string, args ...any) {
	f.list = append(f.list, Fault{f.stream, breach, fmt.Sprintf(format, args...)})
}
