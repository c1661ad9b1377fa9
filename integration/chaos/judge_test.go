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

func judge(t *testing.T, crowd *clients.Crowd) {
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
}

// requireWork refuses a history in which some kind of operation never succeeded.
func requireWork(t *testing.T, h *linear.History) {
	t.Helper()
	done := map[linear.Kind]int{}
	for _, o := range h.Ops {
		if o.Outcome == linear.OK {
			done[o.Kind]++
		}
	}
	for _, kind := range []linear.Kind{linear.Create, linear.Append, linear.Head, linear.Read} {
		if done[kind] == 0 {
			t.Errorf("no %s succeeded, so nothing is proved about it", kind)
		}
	}
}
