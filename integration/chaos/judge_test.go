package chaos

import (
	"context"
	"testing"
	"time"

	"ursula/integration/chaos/clients"
	"ursula/integration/cluster"
	"ursula/integration/linear"
)

// requireEqualReplicas wants all nodes to have the same state in the end.
func requireEqualReplicas(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	if len(c.Nodes()) == 1 {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), healing)
	defer cancel()
	if err := c.CompareReplicas(ctx); err != nil {
		t.Error(err)
	}
}

func judge(t *testing.T, crowd *clients.Crowd) *linear.History {
	t.Helper()
	h, surprises := crowd.History()
	for _, surprise := range surprises[:min(len(surprises), shown)] {
		t.Errorf("no rule allows this answer: %s", surprise)
	}
	begin := time.Now()
	verdict := linear.Judge(h, search)
	for _, fault := range verdict.Faults {
		t.Error(fault)
	}
	t.Logf("%s; judged in %v, undecided %v", tally(h), time.Since(begin).Round(time.Millisecond), verdict.Undecided)
	requireWork(t, h)
	return h
}
