package cold

import "time"

// The pauses after failures double from the first to the longest.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// backoff spaces out attempts at something that fails. The zero value has not
// failed yet.
type backoff struct {
	pause time.Duration // the last one; 0 after a success
	until time.Time
}

// failed starts the next pause and reports whether it is the first in a row.
func (b *backoff) failed(now time.Time) bool {
	first := b.pause == 0
	b.pause = min(max(2*b.pause, firstPause), longestPause)
	b.until = now.Add(b.pause)
	return first
}

// succeeded ends all pauses and reports whether there was one.
func (b *backoff) succeeded() bool {
	paused := b.pause > 0
	*b = backoff{}
	return paused
}

// skip ends the pause under way but remembers how long it was, so that the
// next one is longer still.
func (b *backoff) skip() { b.until = time.Time{} }

// resting reports whether a pause is under way.
func (b *backoff) resting(now time.Time) bool { return now.Before(b.until) }
