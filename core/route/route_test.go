package route

import (
	"fmt"
	"testing"

	"ursula/core/stream"
)

// The placement is part of the data format. If this test fails, existing
// clusters would lose sight of their streams.
func TestPlacementNeverChanges(t *testing.T) {
	table := Table{Groups: 1024, Shards: 3}
	for name, want := range map[stream.Name]uint32{
		"v1/a":                  638,
		"v1/documents/42":       673,
		"bucket/stream":         304,
		"bucket/agent-7/events": 355,
	} {
		if got := table.Group(name); got != want {
			t.Errorf("Group(%q) = %d, want %d", name, got, want)
		}
	}
	if got := table.Home("sub/1"); got != 572 {
		t.Errorf("Home = %d, want 572", got)
	}
}

func TestAffinityKeepsStreamsTogether(t *testing.T) {
	table := Table{Groups: 64, Shards: 2}
	first := table.Group("bucket/agent-7/events")
	for i := range 100 {
		if got := table.Group(stream.Name(fmt.Sprintf("bucket/agent-7/s%d", i))); got != first {
			t.Fatalf("stream %d of the same affinity key is in group %d, not %d", i, got, first)
		}
	}
}

func TestStreamsSpreadOverAllGroups(t *testing.T) {
	table := Table{Groups: 16, Shards: 2}
	count := make([]int, table.Groups)
	for i := range 16000 {
		count[table.Group(stream.Name(fmt.Sprintf("v1/s%08d", i)))]++
	}
	for g, n := range count {
		if n < 800 || n > 1200 {
			t.Errorf("group %d has %d of 16000 streams", g, n)
		}
	}
}
