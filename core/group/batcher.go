package group

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"ursula/core/stream"
	"ursula/core/trace"
)

// Bounds of a batch and of what may wait for the next one.
const (
	maxBatchCommands  = 1024
	maxBatchBytes     = 4 << 20
	maxQueuedCommands = 32 << 10
	maxQueuedBytes    = 64 << 20
)

// Submit replicates one encoded entry and returns the results of its commands
// in order. It keeps entry.
type Submit func(entry []byte) ([]stream.Result, error)

// Batcher packs the commands that wait into one entry and submits one entry at
// a time. It adds no delay: an entry is formed the moment the one before it is
// done, from whatever came in meanwhile. When nothing is under way the proposer
// itself does the work, so that a lone append changes goroutines as rarely as
// can be.
type Batcher struct {
	submit Submit
	pace   func()    // waits for what an entry would have to wait for; nil for nothing
	limit  int       // bytes of an entry of several commands
	pool   sync.Pool // of *proposal

	tracer trace.Tracer // nil: nothing is followed
	about  []trace.Attribute
	under  atomic.Pointer[Stages] // of the entry under way, if it is followed

	replies []Reply // used again by whoever carries a batch out

	mu     sync.Mutex
	queue  []*proposal
	bytes  int           // of data in queue
	busy   bool          // a batch is under way
	closed bool          // no proposal is taken any more
	idle   chan struct{} // closed when closed and not busy
}

// NewBatcher returns a batcher that submits through submit.
func NewBatcher(submit Submit) *Batcher {
	return &Batcher{submit: submit, limit: maxBatchBytes, idle: make(chan struct{})}
}

// Limit bounds the bytes of an entry that holds more than one command, where the
// log takes less than usual. It is to be called before the first Propose.
func (b *Batcher) Limit(bytes int) { b.limit = min(bytes, maxBatchBytes) }

// Pace sets what is called before an entry is formed. It waits as long as the
// entry would have to wait anyway, for a log that is busy with others': what comes
// meanwhile shares the entry. It is to be called before the first Propose.
func (b *Batcher) Pace(pace func()) { b.pace = pace }

// Propose queues a command and waits for its result. When ctx ends first the
// error wraps ErrUnknownOutcome and ctx's cause. A proposer that carries out the
// batch itself stays until that is done, whatever its ctx says.
func (b *Batcher) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	p := b.get(c)
	p.followed = b.follow(ctx)
	first, err := b.enqueue(p)
	if err != nil {
		p.followed.abandoned(err)
		return stream.Result{}, err
	}
	if first {
		b.runOnce()
	}
	if !p.wait(ctx) {
		err := fmt.Errorf("%w: %w", ErrUnknownOutcome, context.Cause(ctx))
		p.followed.abandoned(err)
		return stream.Result{}, err
	}
	result, err := p.result, p.err
	p.followed.answered(err)
	b.put(p)
	return result, err
}

// Close refuses further proposals and returns when those that were accepted
// have their answer. It may be called more than once.
func (b *Batcher) Close() {
	b.mu.Lock()
	if !b.closed && !b.busy {
		close(b.idle)
	}
	b.closed = true
	b.mu.Unlock()
	<-b.idle
}

// enqueue adds p to the queue; first says that the caller must run the batch.
func (b *Batcher) enqueue(p *proposal) (first bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return false, ErrShutdown
	case len(b.queue) >= maxQueuedCommands, b.bytes >= maxQueuedBytes:
		return false, ErrOverloaded
	}
	b.queue = append(b.queue, p)
	b.bytes += len(p.command.Data)
	first = !b.busy
	b.busy = true
	return first, nil
}

// runOnce carries out the batch that the caller's own proposal begins, and
// leaves what came meanwhile to a goroutine of its own.
func (b *Batcher) runOnce() {
	b.gather()
	b.carryOut(b.take())
	if b.waits() {
		go b.run()
	}
}

// run carries out batches until nothing waits.
func (b *Batcher) run() {
	for b.waits() {
		b.gather()
		b.carryOut(b.take())
	}
}

// gather lets those share the next entry who can do so at no cost: those who come
// while the log is busy, and, by a yield, those who are about to propose. On an
// idle machine it costs nothing; under load each saves a good part of the
// processor time of an append.
func (b *Batcher) gather() {
	if b.pace != nil {
		b.pace()
	}
	runtime.Gosched()
}

// waits reports whether there is a batch to take. If there is none the batcher is
// idle from now on.
func (b *Batcher) waits() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 {
		return true
	}
	b.busy = false
	if b.closed {
		close(b.idle)
	}
	return false
}
