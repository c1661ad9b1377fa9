package chaos

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ursula/integration/cluster"
	"ursula/integration/linear"
)

// census is what must have happened in all histories of a run together: in a single
// one it may be missing by chance.
type census struct {
	faulty time.Duration            // how long there were faults
	during map[string]int           // what succeeded before the last of them was over
	lasted map[string]time.Duration // how long each sort of fault was there
	felt   map[string]int           // how often somebody felt it
}

func newCensus() *census {
	return &census{during: map[string]int{}, lasted: map[string]time.Duration{}, felt: map[string]int{}}
}

func (c *census) suffer(h *linear.History, s suffered) {
	sort := s.sort()
	c.lasted[sort] += s.ended - s.began
	if sort != "" && sort != full && s.felt(h) {
		c.felt[sort]++
	}
}

// look counts what clients did while there were faults, and whether a server noticed
// that its disk was full.
func (c *census) look(h *linear.History, nodes *cluster.Cluster, over time.Duration) {
	c.faulty += over
	for i := range h.Ops {
		if h.Ops[i].Returned > over {
			continue
		}
		for _, work := range worksOf(&h.Ops[i]) {
			c.during[work]++
		}
	}
	for _, node := range nodes.Nodes() {
		if strings.Contains(node.Output(), "no space left") {
			c.felt[full]++
		}
	}
}

// sure is how long faults have to go on for a kind of work to have succeeded meanwhile.
func sure(work string) time.Duration {
	if work == expiry {
		return 40 * time.Second // in a history of 8 s there are from none to ten
	}
	return 8 * time.Second
}

// noticed is how long a sort of fault has to be there to be felt. A full disk may be that
// of a node that does not run, or has a segment left.
func noticed(sort string) time.Duration {
	if sort == full {
		return 20 * time.Second
	}
	return 4 * time.Second
}

func (c *census) require(t *testing.T) {
	t.Helper()
	t.Logf("while there were faults, for %v: %s", c.faulty.Round(time.Second), counted(c.during))
	t.Logf("faults lasted %v; felt %v", c.lasted, c.felt)
	for _, what := range c.missing() {
		t.Error(what)
	}
}

func (c *census) missing() (missing []string) {
	for _, work := range append(works(), expiry) {
		if c.faulty >= sure(work) && c.during[work] == 0 {
			missing = append(missing, fmt.Sprintf("no %s succeeded while there were faults", work))
		}
	}
	for sort, lasted := range c.lasted {
		if sort != "" && lasted >= noticed(sort) && c.felt[sort] == 0 {
			missing = append(missing, fmt.Sprintf("nobody noticed %s in %v", sort, lasted))
		}
	}
	return missing
}
