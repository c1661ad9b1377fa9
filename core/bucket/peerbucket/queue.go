package peerbucket

import "time"

// want is an object to be fetched.
type want struct{ prefix, key string }

// giveUp is how many fetches fail in a row before all of them pause.
const giveUp = 8

// queue holds what is to be fetched, oldest first. What failed goes to the end:
// an object that nobody has does not hold up the others. Fetching pauses when
// nothing else succeeds in between.
type queue struct {
	waiting []want
	streak  int // failures since the last success
	rest    backoff
}

func (q *queue) add(w want) { q.waiting = append(q.waiting, w) }

// next returns what to fetch now.
func (q *queue) next(now time.Time) (want, bool) {
	if len(q.waiting) == 0 || q.rest.resting(now) {
		return want{}, false
	}
	w := q.waiting[0]
	q.waiting = q.waiting[1:]
	return w, true
}

// failed puts an object back and reports whether a pause begins with it.
func (q *queue) failed(w want, now time.Time) bool {
	q.add(w)
	q.streak++
	if q.streak < min(giveUp, len(q.waiting)) || q.rest.resting(now) {
		return false
	}
	q.rest.failed(now)
	return true
}

func (q *queue) succeeded() {
	q.streak = 0
	q.rest = backoff{}
}

// The pauses after failures double from the first to the longest.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// backoff spaces out attempts. The zero value has not failed yet.
type backoff struct {
	pause time.Duration // the last one; 0 after a success
	until time.Time
}

// failed starts the next pause.
func (b *backoff) failed(now time.Time) {
	b.pause = min(max(2*b.pause, firstPause), longestPause)
	b.until = now.Add(b.pause)
}

// skip ends the pause under way but remembers how long it was.
func (b *backoff) skip() { b.until = time.Time{} }

// resting reports whether a pause is under way.
func (b *backoff) resting(now time.Time) bool { return now.Before(b.until) }
