package clients

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"ursula/integration/wire"
)

// How many streams of each sort there are, or are at a time.
const (
	lastingStreams = 3
	rebornStreams  = 2
	maxForks       = 8 // of one worker
)

// world is the nodes and the streams that the workers share. It is safe for
// concurrent use.
type world struct {
	nodes   []*wire.Client
	notes   *notebook
	lasting []string
	reborn  []string

	mu    sync.Mutex
	named int         // streams that were named so far
	open  []string    // closing streams and forks that were made for certain
	all   []string    // every stream that anyone ever asked for
	forks map[int]int // that each worker has begun
}

func newWorld(nodes []*wire.Client, notes *notebook) *world {
	w := &world{nodes: nodes, notes: notes, forks: map[int]int{}}
	for i := range lastingStreams {
		w.lasting = append(w.lasting, fmt.Sprintf("lasting/%d", i))
	}
	for i := range rebornStreams {
		w.reborn = append(w.reborn, fmt.Sprintf("reborn/%d", i))
	}
	w.all = slices.Concat(w.lasting, w.reborn)
	return w
}

// name makes up a stream that nobody has asked for yet.
func (w *world) name(sort string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.named++
	name := fmt.Sprintf("%s/%d", sort, w.named)
	w.all = append(w.all, name)
	return name
}

// born tells everybody of a stream that exists.
func (w *world) born(stream string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.open, stream) {
		w.open = append(w.open, stream)
	}
}

// ended tells that nothing more can be written to a stream.
func (w *world) ended(stream string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(s string) bool { return s == stream })
}

// mayFork counts the forks of a worker, of which there are few.
func (w *world) mayFork(worker int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forks[worker]++
	return w.forks[worker] <= maxForks
}

// pick draws a stream: mostly a lasting one, else one of the others.
func (w *world) pick(random *rand.Rand) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch sort := random.IntN(8); {
	case sort < 2 && len(w.open) > 0:
		return w.open[random.IntN(len(w.open))]
	case sort < 4:
		return w.reborn[random.IntN(len(w.reborn))]
	}
	return w.lasting[random.IntN(len(w.lasting))]
}

// streams is every stream that anyone ever asked for.
func (w *world) streams() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}
