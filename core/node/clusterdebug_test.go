package node

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"testing"
)

func TestDebugRestart(t *testing.T) {
	onTrio(t, func(c *trio) {
		c.marks = func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("n", o.Directory.Identity().NodeID) }
	}, func(t *testing.T, c *trio) { restartNodes(t, c, rand.New(rand.NewPCG(0, 9))) })
}
