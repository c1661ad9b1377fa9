package load

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"ursula/integration/crash/record"
	"ursula/integration/wire"
)

// World is the set of streams that the workers share. It is safe for
// concurrent use.
type World struct {
	client  *wire.Client
	prefix  string
	limit   int // streams that may live at a time
	writers atomic.Int64
	tally   tally

	mu   sync.Mutex
	all  []*record.Stream
	live []*record.Stream // created for certain, and nobody asked to delete them
}

// NewWorld makes an empty world on a server, whose streams' names begin with
// prefix and of which at most limit live at a time.
func NewWorld(client *wire.Client, prefix string, limit int) *World {
	return &World{client: client, prefix: prefix, limit: limit}
}

// Streams returns every stream that anyone ever tried to create.
func (w *World) Streams() []*record.Stream {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*record.Stream(nil), w.all...)
}

// enlist adds a stream that is about to be created.
func (w *World) enlist(inherited []byte) *record.Stream {
	w.mu.Lock()
	defer w.mu.Unlock()
	stream := record.NewStream(fmt.Sprintf("%s/%05d", w.prefix, len(w.all)), inherited)
	w.all = append(w.all, stream)
	return stream
}

func (w *World) born(stream *record.Stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live = append(w.live, stream)
}

// doom takes a stream out of the living before its deletion is asked for.
func (w *World) doom(stream *record.Stream) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range w.live {
		if s == stream {
			w.live = append(w.live[:i:i], w.live[i+1:]...)
			return
		}
	}
}

// pick draws a living stream, nil when there is none.
func (w *World) pick(random *rand.Rand) *record.Stream {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.live) == 0 {
		return nil
	}
	return w.live[random.IntN(len(w.live))]
}

// room says whether another stream may live, with some places left for forks.
func (w *World) room(reserve int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.live)+reserve < w.limit
}

// writer gives out a number under which appends are sent.
func (w *World) writer() int { return int(w.writers.Add(1)) }
