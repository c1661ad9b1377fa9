package conformance

import (
	"os"
	"testing"

	"ursula/integration/harness"
	"ursula/integration/vitest"
)

func TestMain(m *testing.M) { harness.Main(m) }

// TestSuite runs against the server at URSULA_TEST_URL if there is one, else
// against one process per engine.
func TestSuite(t *testing.T) {
	if url := os.Getenv(harness.URLVar); url != "" {
		Run(t, url)
		return
	}
	for _, engine := range []string{"raft-wal", "raft-memory", "memory"} {
		t.Run(engine, func(t *testing.T) {
			Run(t, harness.Start(t, harness.Config{Engine: engine, Args: ServeFlags()}).URL())
		})
	}
}

// TestSuiteIsThere is the quick check that the suite can be loaded and registers
// its tests. It needs no server.
func TestSuiteIsThere(t *testing.T) {
	if got := vitest.Count(t, project(t), harness.URLVar+"=http://127.0.0.1"); got != suiteSize {
		t.Fatalf("the suite registers %d tests, want %d", got, suiteSize)
	}
}
