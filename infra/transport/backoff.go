package transport

import (
	"math/rand/v2"
	"time"
)

const (
	firstRest = 50 * time.Millisecond
	longest   = time.Second
)

// backoff says how long to rest between attempts. The zero value is fresh.
type backoff struct{ last time.Duration }

// next doubles up to a second, and varies so that nodes that lost each other at
// once do not dial each other at once for ever.
func (b *backoff) next() time.Duration {
	b.last = min(max(2*b.last, firstRest), longest)
	return b.last/2 + rand.N(b.last/2)
}

func (b *backoff) reset() { b.last = 0 }
