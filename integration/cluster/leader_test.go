package cluster

import (
	"sync"
	"testing"
	"time"
)

// TestTheLeaderDiesUnderLoad kills the node that leads most groups while every stream
// is written to, and prints how long writers had to wait. Nothing that was
// acknowledged is lost.
func TestTheLeaderDiesUnderLoad(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 8, 100)
	measure(t, writers, 30)
	leader := awaitLeader(t, c)
	calm := measure(t, writers, 30)
	leader.Kill()
	waited := measure(t, writers, 30)
	t.Logf("node %d, which led, was killed: the longest wait of a writer was %v, and %v before",
		leader.ID, waited.Round(time.Millisecond), calm.Round(time.Millisecond))
	leader.Restart()
	measure(t, writers, 10)
	for _, w := range writers {
		w.require(t, c)
	}
}

// smallFlags make little data go through everything that much data would.
func smallFlags() []string {
	return []string{
		"--groups", "4", "--hot-bytes", "4MiB", "--segment-bytes", "1MiB", "--long-poll-timeout", "1s",
	}
}

// measure lets all write so many lines at the same time and returns the longest wait.
func measure(t *testing.T, writers []*scribe, lines int) time.Duration {
	t.Helper()
	waits := make([]time.Duration, len(writers))
	var all sync.WaitGroup
	for i, w := range writers {
		all.Go(func() { waits[i] = w.write(t, lines) })
	}
	all.Wait()
	var longest time.Duration
	for _, wait := range waits {
		longest = max(longest, wait)
	}
	return longest
}
