package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ursula/integration/chaos/clients"
	"ursula/integration/chaos/nemesis"
	"ursula/integration/cluster"
	"ursula/integration/linear"
)

// tally counts operations by their outcome.
func tally(h *linear.History) string {
	counts := map[linear.Outcome]int{}
	for _, o := range h.Ops {
		counts[o.Outcome]++
	}
	seen := 0
	for _, tail := range h.Tails {
		seen += len(tail.Sights)
	}
	return fmt.Sprintf("%d operations %v, %d live events, %d final answers", len(h.Ops), counts, seen, len(h.Finals))
}

// snapshots counts those that each node has in the end: where there are none, nobody
// needed more than the log.
func snapshots(c *cluster.Cluster) (counts []int) {
	for _, node := range c.Nodes() {
		found, _ := filepath.Glob(filepath.Join(node.Dir(), "groups", "*", "*.snap")) // the pattern is sound
		counts = append(counts, len(found))
	}
	return counts
}

// keepRun keeps what a failed run leaves, or any if asked to, in a directory that it names.
func keepRun(t *testing.T, c *cluster.Cluster, crowd *clients.Crowd, timeline nemesis.Timeline) {
	t.Helper()
	t.Cleanup(func() {
		if !t.Failed() && !*flags.keep {
			return
		}
		dir, err := os.MkdirTemp("", "ursula-history-")
		if err == nil {
			err = keep(dir, c, crowd, timeline)
		}
		t.Logf("faults:\n%v\nhistory, timeline and servers' output are kept in %s (%v)", timeline, dir, err)
	})
}

func keep(dir string, c *cluster.Cluster, crowd *clients.Crowd, timeline nemesis.Timeline) error {
	for _, node := range c.Nodes() {
		path := filepath.Join(dir, fmt.Sprintf("node%d.log", node.ID))
		if err := os.WriteFile(path, []byte(node.Output()), 0o600); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "timeline.txt"), []byte(timeline.String()), 0o600); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, "history.jsonl"))
	if err != nil {
		return err
	}
	defer file.Close()
	h, _ := crowd.History()
	return h.Write(file)
}
