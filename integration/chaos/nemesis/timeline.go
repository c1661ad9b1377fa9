package nemesis

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Event is one fault: from when to when, and whom it hits. Times are since the
// timeline began.
type Event struct {
	From, To time.Duration
	Fault    Fault
	Node     int
	Other    int // the other end for faults of a pair
	Skew     time.Duration
}

func (e Event) String() string {
	return fmt.Sprintf("%6s to %6s  %v", e.From.Round(time.Millisecond), e.To.Round(time.Millisecond), e.what())
}

func (e Event) what() string {
	switch {
	case e.Fault.pair():
		return fmt.Sprintf("%s %d-%d", e.Fault, e.Node, e.Other)
	case e.Fault == Skew:
		return fmt.Sprintf("%s %d by %v", e.Fault, e.Node, e.Skew)
	}
	return fmt.Sprintf("%s %d", e.Fault, e.Node)
}

// Timeline is the faults of one history in the order in which they begin.
type Timeline []Event

func (t Timeline) String() string {
	var text strings.Builder
	for _, event := range t {
		fmt.Fprintln(&text, event)
	}
	return text.String()
}

// Skew is how far the clocks of two nodes are apart at most. A clock that was set stays
// as it is.
func (t Timeline) Skew() time.Duration {
	var low, high time.Duration
	for _, e := range t {
		low, high = min(low, e.Skew), max(high, e.Skew)
	}
	return high - low
}

// Faults last from shortest to longest, with pauses up to rest between them: some are
// over before an election timeout, some take several. A full disk is noticed only when
// what was prepared is written.
const (
	shortest = 100 * time.Millisecond
	longest  = 3 * time.Second
	rest     = 1500 * time.Millisecond
	noticed  = 2 * time.Second
)

// Stage is what can suffer. One node alone has no network to suffer from.
type Stage struct {
	Nodes int
	Disks bool // each node has a small one of its own
}

// Plan draws a timeline of about that length.
func Plan(seed uint64, stage Stage, length time.Duration) Timeline {
	random := rand.New(rand.NewPCG(seed, 0))
	timeline := lane(random, ofProcesses(stage.Nodes), stage.Nodes, length, shortest)
	if stage.Nodes > 1 {
		timeline = append(timeline, lane(random, ofNetwork(), stage.Nodes, length, shortest)...)
	}
	if stage.Disks {
		timeline = append(timeline, lane(random, []Fault{Fill}, stage.Nodes, length, noticed)...)
	}
	slices.SortStableFunc(timeline, func(a, b Event) int { return cmp.Compare(a.From, b.From) })
	return timeline
}

func lane(random *rand.Rand, faults []Fault, nodes int, length, least time.Duration) Timeline {
	var events Timeline
	for at := between(random, 0, rest); at < length; {
		e := Event{From: at, To: min(at+between(random, least, least+longest), length), Node: 1 + random.IntN(nodes)}
		e.Fault = faults[random.IntN(len(faults))]
		if e.Fault.pair() {
			e.Other = 1 + (e.Node+random.IntN(nodes-1))%nodes
		}
		if e.Fault == Skew {
			e.Skew = skews()[random.IntN(len(skews()))]
		}
		events = append(events, e)
		at = e.To + between(random, shortest, rest)
	}
	return events
}

func between(random *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(random.Int64N(int64(high-low)))
}
