package raftgroup

import (
	"log/slog"
	"testing"
	"testing/synctest"

	"ursula/core/group/grouptest"
	"ursula/core/stream"
)

// A log in memory follows the state's size, not the bytes ever written.
func TestALogInMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := Open(Options{
			NodeID: "1", Bootstrap: []string{"1"}, TrailingLogs: 1, Observer: &grouptest.Recorder{},
			Logger: slog.New(slog.DiscardHandler), OnFatal: func(err error) { t.Error(err) },
		})
		if err != nil {
			t.Fatal(err)
		}
		data := make([]byte, 100<<10)
		for range 100 {
			for _, c := range []stream.Command{
				{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever(), Data: data},
				{Op: stream.OpDelete, Name: "v1/a"},
			} {
				if r, err := e.Propose(t.Context(), &c); err != nil || r.Err != nil {
					t.Fatalf("propose: %v, %v", err, r.Err)
				}
			}
			synctest.Wait()
		}
		log := e.options.Logs.(*memoryLog)
		if held := log.bytes.Load(); held <= 0 || held > memoryLogBytes+2*int64(len(data)) {
			t.Errorf("%d bytes of log are held", held)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}
