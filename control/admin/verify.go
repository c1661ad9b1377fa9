package admin

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Verdict is what comparing the replicas of a group comes to.
type Verdict string

// The verdicts.
const (
	Agree     Verdict = "agree"
	Differ    Verdict = "DIFFER"
	Undecided Verdict = "undecided"
)

// Comparison is the replicas of one group side by side.
type Comparison struct {
	Group   uint32
	Verdict Verdict
	Why     string   // it is undecided
	Digests []Digest // of the last round, in the order of the nodes; zero for one that failed
}

const (
	// roundWait is how long a node waits for the index at which the next digests
	// are to be taken. In a group without writes that never comes.
	roundWait = 500 * time.Millisecond
	// firstLead is how many entries ahead that index is in the second round. The
	// lead grows until all nodes are asked before it is reached.
	firstLead, lastLead = 16, 1 << 14
)

// Verify compares a group's replicas on the nodes, each of which has a client of its
// own. Digests can be compared if they are of the same index: the first round takes
// the states as they are, later ones as of an index that is still to come, so that
// they agree under writes too. It gives up when ctx ends.
func Verify(ctx context.Context, group uint32, nodes []*Client) Comparison {
	c := Comparison{Group: group, Verdict: Undecided}
	for from, lead, wait := uint64(0), uint64(firstLead), time.Duration(0); ; wait = roundWait {
		newest, err := c.round(ctx, nodes, from, wait)
		switch {
		case err != nil:
			c.Why = err.Error()
		case c.comparable():
			c.Verdict, c.Why = c.judge(), ""
			return c
		default:
			c.Why = "the nodes have not applied as much as each other"
		}
		if ctx.Err() != nil {
			return c
		}
		from, lead = newest+lead, min(2*lead, lastLead)
	}
}

// round asks all nodes at the same time. The error is that of a node without an
// answer; asking again it is paced by a wait, as for an index.
func (c *Comparison) round(ctx context.Context, nodes []*Client, from uint64, wait time.Duration) (newest uint64, err error) {
	c.Digests = make([]Digest, len(nodes))
	errs := make([]error, len(nodes))
	var asked sync.WaitGroup
	for i, node := range nodes {
		asked.Go(func() { c.Digests[i], errs[i] = node.Digest(ctx, c.Group, from, wait) })
	}
	asked.Wait()
	for i, d := range c.Digests {
		newest = max(newest, d.Applied)
		if err == nil {
			err = errs[i]
		}
	}
	if err != nil {
		pause(ctx, nodes[0].Pause)
	}
	return newest, err
}

func (c *Comparison) comparable() bool {
	for _, d := range c.Digests {
		if d.Applied != c.Digests[0].Applied {
			return false
		}
	}
	return true
}

func (c *Comparison) judge() Verdict {
	for _, d := range c.Digests {
		if d.SHA256 != c.Digests[0].SHA256 {
			return Differ
		}
	}
	return Agree
}

func (c Comparison) String() string {
	if c.Verdict == Undecided {
		return fmt.Sprintf("group %d is undecided: %s", c.Group, c.Why)
	}
	return fmt.Sprintf("group %d: replicas %s at %d", c.Group, c.Verdict, c.Digests[0].Applied)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
