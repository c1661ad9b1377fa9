package cluster

import (
	"sync"
	"testing"
	"time"
)

// tally is what befell the clients of one kind. It is safe for concurrent use.
type tally struct {
	mu       sync.Mutex
	requests int           // that were answered in the end
	refused  int           // attempts that were answered 503
	broken   int           // attempts that got no answer, or not all of it
	ends     int           // live reads that the server ended in order
	longest  time.Duration // from a request to its answer, with its repetitions
	failures []string
}

func (t *tally) answered(wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	t.longest = max(t.longest, wait)
}

// retried notes an attempt that did not help; a status of 0 stands for no answer.
func (t *tally) retried(status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if status == 0 {
		t.broken++
		return
	}
	t.refused++
}

func (t *tally) ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ends++
}

// failed notes what no client should have seen.
func (t *tally) failed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, err.Error())
}

// require tells how it went. None may have failed.
func (t *tally) require(test *testing.T, who string) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	test.Logf("%s: %d answered, %d attempts refused, %d broken, %d reads ended, the longest wait %v",
		who, t.requests, t.refused, t.broken, t.ends, t.longest.Round(time.Millisecond))
	for _, failure := range t.failures {
		test.Errorf("%s: %s", who, failure)
	}
}

// requireNotice wants some to have noticed that something was done to the cluster.
func (t *tally) requireNotice(test *testing.T, who string) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused+t.broken+t.ends == 0 {
		test.Errorf("%s were never in the way of what was done", who)
	}
}
