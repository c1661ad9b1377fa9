package peerbucket

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"ursula/core/bucket"
)

// Defaults of MirrorOptions.
const (
	DefaultSettle    = 2 * time.Second
	DefaultEvery     = time.Hour
	DefaultMaxObject = 80 << 20
)

// maxFetches bounds the fetches under way, and with MaxObject their memory.
const maxFetches = 2

// MirrorOptions configure a Mirror. Local, Remote, Peers and Catalog are
// required; the first three are a Bucket's.
type MirrorOptions struct {
	Local   bucket.Bucket
	Remote  Remote
	Peers   func() []string
	Catalog Catalog
	Logger  *slog.Logger // nil discards

	// Settle is how long after a Kick the mirror looks: a push under way may
	// bring meanwhile what would else be fetched. 0 means DefaultSettle.
	Settle time.Duration
	// Pushed says whether peers push to this node what they put. While they do not,
	// nothing is worth waiting for, and the mirror looks soon. Nil means that they do.
	Pushed func() bool
	// Every is the time between looks at all groups and all that the local
	// bucket holds. 0 means DefaultEvery.
	Every time.Duration
	// MaxObject bounds the bytes of an object. 0 means DefaultMaxObject.
	MaxObject int64
}

// Mirror keeps the local bucket in line with the replicated state: it fetches
// from peers what the state names, and removes what the state has forgotten.
// Run does the work; the other methods may be called concurrently with it.
type Mirror struct {
	options MirrorOptions
	sources sources
	log     *slog.Logger
	kick    chan struct{}
	retry   chan struct{}
	landed  chan landing
	count   mirrorCounters

	mu    sync.Mutex
	dirty map[string]bool // prefixes to look at; true: also list what is here

	// The rest belongs to Run's goroutine.
	groups map[string]*holding // by prefix
	queue  queue
	flying int       // fetches under way
	lookAt time.Time // zero when nothing is dirty
	allAt  time.Time // when to look at everything again
}

// NewMirror returns a Mirror. It does nothing until Run.
func NewMirror(o MirrorOptions) *Mirror {
	o.Settle = cmp.Or(o.Settle, DefaultSettle)
	if o.Pushed == nil {
		o.Pushed = func() bool { return true }
	}
	o.Every = cmp.Or(o.Every, DefaultEvery)
	o.MaxObject = cmp.Or(o.MaxObject, DefaultMaxObject)
	m := &Mirror{
		options: o, sources: sources{peers: o.Peers}, log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		kick: make(chan struct{}, 1), retry: make(chan struct{}, 1), landed: make(chan landing, maxFetches),
		dirty: make(map[string]bool), groups: make(map[string]*holding),
	}
	m.count.unseen.Store(int64(len(o.Catalog.Prefixes())))
	return m
}

// Kick has the mirror look at a group soon. Call it when a replica has applied a
// flush or a sweep, or has installed a snapshot. It never waits.
func (m *Mirror) Kick(prefix string) { m.mark(false, prefix) }

// mark has groups looked at, and with list also what is here of them.
func (m *Mirror) mark(list bool, prefixes ...string) {
	m.mu.Lock()
	for _, prefix := range prefixes {
		before, marked := m.dirty[prefix]
		if !marked {
			m.count.due.Add(1)
		}
		m.dirty[prefix] = before || list
	}
	m.mu.Unlock()
	notify(m.kick)
}

// marked returns the groups to look at, which then are marked no more.
func (m *Mirror) marked() map[string]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	marked := m.dirty
	m.dirty = make(map[string]bool)
	return marked
}

// Retry ends the pause that failures started. Call it when a peer can be reached
// again. It never waits.
func (m *Mirror) Retry() { notify(m.retry) }

// Run works until ctx is done. It may be called once.
func (m *Mirror) Run(ctx context.Context) {
	for ctx.Err() == nil {
		m.look(ctx)
		m.launch(ctx)
		m.wait(ctx)
	}
	for ; m.flying > 0; m.flying-- {
		<-m.landed
	}
}

// wait returns when there may be something to do.
func (m *Mirror) wait(ctx context.Context) {
	timer := time.NewTimer(time.Until(m.nextTimer()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-m.kick:
		if m.lookAt.IsZero() {
			m.lookAt = time.Now().Add(m.settle())
		}
	case <-m.retry:
		m.queue.rest.skip()
	case l := <-m.landed:
		m.land(l)
	case <-timer.C:
	}
}

// soon lets changes that come together share a look where there is no push to wait
// for.
const soon = 20 * time.Millisecond

func (m *Mirror) settle() time.Duration {
	if m.options.Pushed() {
		return m.options.Settle
	}
	return soon
}

// nextTimer is when to look again or, if that is sooner, to fetch again.
func (m *Mirror) nextTimer() time.Time {
	next := m.allAt
	if !m.lookAt.IsZero() && m.lookAt.Before(next) {
		next = m.lookAt
	}
	if rest := &m.queue.rest; rest.resting(time.Now()) && rest.until.Before(next) {
		next = rest.until
	}
	return next
}

// notify leaves a value in a channel of capacity one, if it is empty.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
