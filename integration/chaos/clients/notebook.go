package clients

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"ursula/integration/linear"
)

// notebook is where all workers write. It is safe for concurrent use.
type notebook struct {
	begin time.Time
	skew  time.Duration

	mu        sync.Mutex
	ops       []linear.Op
	finals    []linear.Final
	surprises []string
}

// now is the time since the history began, by the monotonic clock.
func (n *notebook) now() time.Duration { return time.Since(n.begin) }

func (n *notebook) add(o linear.Op) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ops = append(n.ops, o)
}

func (n *notebook) conclude(f linear.Final) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.finals = append(n.finals, f)
}

func (n *notebook) surprise(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.surprises = append(n.surprises, fmt.Sprintf("%v: ", n.now())+fmt.Sprintf(format, args...))
}

// unrenewed marks the reads that were under way between two moments.
func (n *notebook) unrenewed(from, to time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.ops {
		o := &n.ops[i]
		o.Unrenewed = o.Unrenewed || o.Kind == linear.Read && o.Returned >= from && o.Invoked <= to
	}
}

// copy is what was written so far, without what live readers were given.
func (n *notebook) copy() (linear.History, []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return linear.History{Skew: n.skew, Ops: slices.Clone(n.ops), Finals: slices.Clone(n.finals)}, slices.Clone(n.surprises)
}
