package natsd

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Reports that come close together are passed on as one, and none is forgotten.
func TestLostIsPassedOnAtMostOnceAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		l := newLost(func() { calls.Add(1) })
		stop := make(chan struct{})
		defer close(stop)
		go l.run(stop)
		report := func(n int, want int32) {
			t.Helper()
			for range n {
				l.report()
			}
			if synctest.Wait(); calls.Load() != want {
				t.Fatalf("%d calls, want %d", calls.Load(), want)
			}
		}
		report(0, 0)
		report(1, 1)
		report(5, 1)
		time.Sleep(lostPause) // virtual
		report(0, 2)
		time.Sleep(time.Hour)
		report(0, 2)
		report(1, 3)
		if n := l.count.Load(); n != 7 {
			t.Errorf("counted %d", n)
		}
	})
}
