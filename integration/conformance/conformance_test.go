// Package conformance runs the official Durable Streams server suite, whole and
// unchanged, against a real server process on each engine.
//
// It owns the number of tests that the pinned suite has, so that a suite that
// finds fewer is as red as one that fails. It does not know the tests.
package conformance

import (
	"os"
	"testing"
	"time"

	"ursula/integration/harness"
	"ursula/integration/vitest"
)

// suiteSize is how many tests version 0.3.6 of the suite has with subscriptions.
const suiteSize = 338

// longPoll is the server's long-poll timeout; the suite waits it out often.
const longPoll = 500 * time.Millisecond

func TestMain(m *testing.M) { harness.Main(m) }

// TestSuite runs against the server at URSULA_TEST_URL if there is one, else
// against one process per engine.
func TestSuite(t *testing.T) {
	if url := os.Getenv(harness.URLVar); url != "" {
		runSuite(t, url)
		return
	}
	for _, engine := range []string{"raft-wal", "raft-memory", "memory"} {
		t.Run(engine, func(t *testing.T) {
			server := harness.Start(t, harness.Config{Engine: engine, Args: []string{
				"--long-poll-timeout", longPoll.String(), "--allow-loopback-webhooks",
			}})
			runSuite(t, server.URL())
		})
	}
}

func runSuite(t *testing.T, url string) {
	t.Helper()
	report := vitest.Run(t, ".", harness.URLVar+"="+url, "URSULA_TEST_LONG_POLL_MS=500")
	if err := report.Verdict(suiteSize); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d tests passed", report.Passed, report.Total)
}

// TestSuiteIsThere is the quick check that the suite can be loaded and registers
// its tests. It needs no server.
func TestSuiteIsThere(t *testing.T) {
	if got := vitest.Count(t, ".", harness.URLVar+"=http://127.0.0.1"); got != suiteSize {
		t.Fatalf("the suite registers %d tests, want %d", got, suiteSize)
	}
}
