package cluster

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Weather is what happens to bytes on their way in one direction.
type Weather struct {
	Blocked bool          // nothing arrives, and nobody is told
	Delay   time.Duration // every piece arrives so much later
	Jitter  time.Duration // and up to so much more
	Loss    float64       // the share of pieces that have to be sent again
}

// resend is how long a lost piece stays away: what TCP waits before it sends again.
const resend = 200 * time.Millisecond

// link is one direction of a pair of nodes, on all their connections. It is safe for
// concurrent use.
type link struct {
	mu      sync.Mutex
	weather Weather
	changed chan struct{} // closed when the weather changes
	random  *rand.Rand
}

func newLink(seed, number uint64) *link {
	return &link{changed: make(chan struct{}), random: rand.New(rand.NewPCG(seed, number))}
}

// set changes the weather for everything that has not arrived yet.
func (l *link) set(w Weather) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.weather = w
	close(l.changed)
	l.changed = make(chan struct{})
}

// blocked says whether anything may arrive, and gives a channel that is closed when
// that may have changed.
func (l *link) blocked() (bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.weather.Blocked, l.changed
}

// lag draws how long a piece is under way.
func (l *link) lag() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	lag := l.weather.Delay
	if l.weather.Jitter > 0 {
		lag += time.Duration(l.random.Int64N(int64(l.weather.Jitter)))
	}
	if l.weather.Loss > 0 && l.random.Float64() < l.weather.Loss {
		lag += resend
	}
	return lag
}
