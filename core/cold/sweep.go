package cold

import (
	"context"
	"slices"
	"time"

	"ursula/core/segment"
)

// The bounds of one step of sweeping, so that flushing is not kept waiting.
const (
	maxGarbage = 256 // objects of a group deleted together
	maxOrphans = 256 // orphans of a group deleted in one scan
)

// retired is garbage of a group that is deleted when nobody reads it any more.
type retired struct {
	objects []uint64
	unread  <-chan struct{}
}

// sweep lets objects go in all groups that this node leads.
func (f *Flusher) sweep(ctx context.Context) {
	if now := time.Now(); !now.Before(f.scanAt) {
		f.scanAt = now.Add(f.scanEvery)
		f.forgetScans()
	}
	for _, m := range f.members {
		switch now := time.Now(); {
		case ctx.Err() != nil || f.deletes.resting(now):
			return
		case !m.Leads():
			m.scanned, m.retired = false, nil
		case m.rest.resting(now):
		case f.sweepOne(ctx, m):
			f.relieve(ctx) // what piled up during these calls to the bucket
		}
	}
}

// sweepOne lets objects of one group go and reports whether it called the
// bucket.
func (f *Flusher) sweepOne(ctx context.Context, m *member) bool {
	collected := f.collect(ctx, m)
	if m.scanned {
		return collected
	}
	f.scan(ctx, m)
	return true
}

func (f *Flusher) forgetScans() {
	for _, m := range f.members {
		m.scanned = false
	}
}

// collect takes a group's garbage one step further: noticed, then waiting for
// its readers, then deleted, then out of the state. The deletion comes before
// the proposal, so that the state remembers what is left to delete. It reports
// whether it called the bucket.
func (f *Flusher) collect(ctx context.Context, m *member) bool {
	if m.retired == nil && !f.retire(m) {
		return false
	}
	select {
	case <-m.retired.unread:
	default:
		return false
	}
	for _, object := range m.retired.objects {
		if !f.remove(ctx, segment.ID{Group: m.ID(), Object: object}) {
			return true
		}
		f.count.deleted.Add(1)
	}
	f.forget(ctx, m)
	return true
}

// forget has the group's state forget garbage that is deleted.
func (f *Flusher) forget(ctx context.Context, m *member) {
	objects := m.retired.objects
	m.retired = nil
	if err := m.Sweep(ctx, objects); err != nil {
		f.commitFailed(m, err)
		return
	}
	m.rest.succeeded()
	f.Kick() // there may be more
}

// retire notes the group's garbage and reports whether there is any.
func (f *Flusher) retire(m *member) bool {
	garbage := m.Garbage()
	if len(garbage) == 0 {
		return false
	}
	objects := slices.Clone(garbage[:min(len(garbage), maxGarbage)])
	m.retired = &retired{objects: objects, unread: f.reader.pins.retire(m.ID(), f.Kick)}
	return true
}

// scan deletes objects that an earlier leader left behind. Once is enough for
// each time that this node begins to lead, but for a Put that arrives late;
// hence ScanEvery.
func (f *Flusher) scan(ctx context.Context, m *member) {
	removed := 0
	for object, err := range f.bucket.List(ctx, segment.Prefix(m.ID())) {
		if err != nil {
			f.sweepFailed(ctx, "list", err)
			return
		}
		id, ok := segment.ParseKey(object.Key)
		if !ok || !m.Abandoned(id.Object) {
			continue
		}
		if removed == maxOrphans {
			f.Kick()
			return
		}
		if !f.remove(ctx, id) {
			return
		}
		f.count.orphans.Add(1)
		removed++
	}
	m.scanned = true
}

// remove deletes an object that nothing reaches and reports whether the bucket
// did it.
func (f *Flusher) remove(ctx context.Context, id segment.ID) bool {
	if err := f.bucket.Delete(ctx, id.Key()); err != nil {
		f.sweepFailed(ctx, "delete", err)
		return false
	}
	f.works(&f.deletes)
	f.puts.skip() // there is more room now
	f.reader.indexes.forget(id)
	return true
}

func (f *Flusher) sweepFailed(ctx context.Context, op string, err error) {
	f.count.sweepFailures.Add(1)
	f.fails(ctx, &f.deletes, op, err)
}
