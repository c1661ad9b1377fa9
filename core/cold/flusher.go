package cold

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ursula/core/bucket"
)

// Defaults of Options.
const (
	DefaultObjectBytes = 8 << 20
	DefaultScanEvery   = time.Hour
)

// Options configure a Flusher. Bucket, Reader and Budget are required.
type Options struct {
	Bucket bucket.Bucket
	Reader *Reader // of the same bucket: its pins hold deletions back
	Budget *Budget
	Logger *slog.Logger // nil discards

	ObjectBytes int64         // payload to aim at in an object; 0 means DefaultObjectBytes
	ScanEvery   time.Duration // between looks for orphans; 0 means DefaultScanEvery
}

// Flusher keeps a node's hot bytes within their budget. Run does the work on
// one goroutine; the other methods may be called concurrently with it.
type Flusher struct {
	bucket      bucket.Bucket
	reader      *Reader
	budget      *Budget
	log         *slog.Logger
	objectBytes int64
	scanEvery   time.Duration
	kick        chan struct{}
	retry       chan struct{}
	count       flushCounters

	mu     sync.Mutex
	groups map[uint32]Group
	dirty  bool // groups changed since members was made of it

	// The rest belongs to Run's goroutine. Putting and deleting pause on their
	// own: on a full disk deleting is what helps.
	puts     backoff
	deletes  backoff
	helpless backoff   // pressed, and nothing to be done about it
	members  []*member // by ID
	shedNext int       // where the next round of shedding begins
	scanAt   time.Time // when to look for orphans again
}

// member is what the flusher remembers of a group between two looks at it.
type member struct {
	Group
	rest    backoff // after proposals that failed
	retired *retired
	scanned bool // orphans were looked for since it leads
}

// NewFlusher returns a Flusher without groups. It does nothing until Run.
func NewFlusher(o Options) *Flusher {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Flusher{
		bucket: o.Bucket, reader: o.Reader, budget: o.Budget, log: o.Logger,
		objectBytes: cmp.Or(o.ObjectBytes, DefaultObjectBytes),
		scanEvery:   cmp.Or(o.ScanEvery, DefaultScanEvery),
		kick:        make(chan struct{}, 1),
		retry:       make(chan struct{}, 1),
		groups:      make(map[uint32]Group),
	}
}

// Add makes a group known, in place of one with the same ID.
func (f *Flusher) Add(g Group) {
	f.mu.Lock()
	f.groups[g.ID()], f.dirty = g, true
	f.mu.Unlock()
	f.Kick()
}

// Remove forgets a group. A call to it that is under way may still end later.
func (f *Flusher) Remove(group uint32) {
	f.mu.Lock()
	delete(f.groups, group)
	f.dirty = true
	f.mu.Unlock()
	f.Kick()
}

// Kick has the flusher look at its groups. Call it when a group begins or
// ceases to lead, when a replica applied a flush, and when its state has new
// garbage. It never waits.
func (f *Flusher) Kick() { notify(f.kick) }

// Retry ends the pauses that failures started. Call it when there is reason to
// believe that the bucket, or a quorum, works again. It never waits.
func (f *Flusher) Retry() { notify(f.retry) }

// Run works until ctx is done, and returns after the step under way ended.
func (f *Flusher) Run(ctx context.Context) {
	f.scanAt = time.Now().Add(f.scanEvery)
	for ctx.Err() == nil {
		f.refresh()
		f.relieve(ctx)
		f.sweep(ctx)
		f.wait(ctx)
	}
}

// wait returns when there may be something to do.
func (f *Flusher) wait(ctx context.Context) {
	timer := time.NewTimer(time.Until(f.nextTimer()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-f.budget.Wake():
	case <-f.kick:
	case <-f.retry:
		f.endPauses()
	case <-timer.C:
	}
}

// nextTimer is when the first pause under way, or the time until the next look
// for orphans, ends.
func (f *Flusher) nextTimer() time.Time {
	now, next := time.Now(), f.scanAt
	for _, pause := range f.pauses() {
		if pause.resting(now) && pause.until.Before(next) {
			next = pause.until
		}
	}
	return next
}

func (f *Flusher) endPauses() {
	for _, pause := range f.pauses() {
		pause.skip()
	}
}

func (f *Flusher) pauses() []*backoff {
	all := []*backoff{&f.puts, &f.deletes, &f.helpless}
	for _, m := range f.members {
		all = append(all, &m.rest)
	}
	return all
}

// refresh brings members in line with the groups that are known now.
func (f *Flusher) refresh() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.dirty {
		return
	}
	f.dirty = false
	old := make(map[Group]*member, len(f.members))
	for _, m := range f.members {
		old[m.Group] = m
	}
	f.members = f.members[:0:0]
	for _, id := range slices.Sorted(maps.Keys(f.groups)) {
		g := f.groups[id]
		f.members = append(f.members, cmp.Or(old[g], &member{Group: g}))
	}
}
