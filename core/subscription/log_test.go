package subscription_test

import (
	"log/slog"
	"testing"
)

// testLog writes a manager's log to the test's.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}
