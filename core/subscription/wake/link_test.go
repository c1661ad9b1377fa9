package wake_test

import (
	"errors"
	"testing"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

func TestFollow(t *testing.T) {
	info := stream.Info{ID: 5, Base: 10, Tail: 30}
	for _, c := range []struct {
		name             string
		link             wake.Link
		exists, selected bool
		want             wake.Link
		keep             bool
	}{
		{"same stream", wake.Link{Stream: 5, Acked: 20}, true, true, wake.Link{Stream: 5, Acked: 20}, true},
		{"awaited stream", wake.Link{Explicit: true}, true, false, wake.Link{Explicit: true, Stream: 5, Acked: 10}, true},
		{"still awaited", wake.Link{Explicit: true}, false, false, wake.Link{Explicit: true}, true},
		{"gone", wake.Link{Stream: 5, Explicit: true}, false, true, wake.Link{}, false},
		{"successor by pattern", wake.Link{Stream: 4, Acked: 20, Explicit: true}, true, true, wake.Link{Stream: 5, Acked: 10}, true},
		{"successor of a named one", wake.Link{Stream: 4, Explicit: true}, true, false, wake.Link{}, false},
	} {
		got, keep := c.link.Follow(info, c.exists, c.selected)
		if keep != c.keep || keep && got != c.want {
			t.Errorf("%s: %+v %v, want %+v %v", c.name, got, keep, c.want, c.keep)
		}
	}
}

func TestAck(t *testing.T) {
	view := wake.View{Link: wake.Link{Path: "a", Acked: 5}, Tail: 9}
	for position, valid := range map[uint64]bool{4: false, 5: true, 7: true, 9: true, 10: false} {
		link, err := view.Ack(position)
		switch {
		case valid && (err != nil || link.Acked != position):
			t.Errorf("ack of %d: %+v, %v", position, link, err)
		case !valid && (!errors.Is(err, wake.ErrInvalidOffset) || link.Acked != 5):
			t.Errorf("ack of %d: %+v, %v", position, link, err)
		}
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		failed         int
		low, mid, high int64
	}{{1, 800, 1000, 1200}, {2, 1600, 2000, 2400}, {6, 25_600, 32_000, 38_400}, {7, 48_000, 60_000, 72_000}, {1 << 40, 48_000, 60_000, 72_000}} {
		for draw, want := range map[float64]int64{0: c.low, 0.5: c.mid, 1: c.high} {
			if got := wake.Backoff(c.failed, draw); got < want-1 || got > want+1 {
				t.Errorf("Backoff(%d, %v) = %d, want %d", c.failed, draw, got, want)
			}
		}
	}
}
