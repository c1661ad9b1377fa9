package cold

import (
	"context"
	"errors"
	"time"

	"ursula/core/segment"
	"ursula/core/stream"
)

// errNothing says that a group with unflushed bytes offered none of them.
var errNothing = errors.New("no candidates")

// relieve sheds and flushes until the budget is content or nothing helps, and
// sets the alarm for the next time.
func (f *Flusher) relieve(ctx context.Context) {
	for ctx.Err() == nil {
		grown := f.budget.grown.Load() // before looking, so that no growth is missed
		f.shed()
		unflushed, fullest := f.survey()
		if !f.pressed(unflushed) {
			f.budget.alarmAt(grown + f.room(unflushed))
			f.helpless.succeeded()
			return
		}
		if fullest == nil || f.puts.resting(time.Now()) {
			f.budget.alarmAt(grown + f.budget.marks.Flush/64 + 1)
			f.standBy()
			return
		}
		f.flush(ctx, fullest)
	}
}

// standBy waits for somebody else to act: a bucket, a quorum, another leader.
// Kick says when; the pause is for the Kick that nobody thought of, because
// beyond the reject mark no growth would ever wake the flusher again.
func (f *Flusher) standBy() {
	if now := time.Now(); !f.helpless.resting(now) {
		f.helpless.failed(now)
	}
}

// pressed says that bytes have to be flushed: too many are unflushed, or
// shedding did not free enough memory.
func (f *Flusher) pressed(unflushed int64) bool {
	return unflushed > f.budget.marks.Flush || f.budget.Hot() > f.budget.marks.Shed
}

// room is how many bytes may be added before something has to be done.
func (f *Flusher) room(unflushed int64) int64 {
	marks := f.budget.marks
	return min(marks.Flush-unflushed, marks.Shed-f.budget.Hot()) + 1
}

// survey sums up what is unflushed on the node, and finds the group with most
// of it among those that this node can flush. A group with much less than its
// share is not worth an object: then the pressure comes from groups that other
// nodes lead.
func (f *Flusher) survey() (int64, *member) {
	now, total := time.Now(), int64(0)
	most, fullest := f.budget.marks.Flush/int64(4*max(len(f.members), 1)), (*member)(nil)
	for _, m := range f.members {
		n := m.Unflushed()
		total += n
		if n > most && m.Leads() && !m.rest.resting(now) {
			most, fullest = n, m
		}
	}
	return total, fullest
}

// flush moves one object's worth of a group's bytes out of the log's care.
func (f *Flusher) flush(ctx context.Context, m *member) {
	chunks := m.Candidates(f.objectBytes)
	if len(chunks) == 0 {
		f.commitFailed(m, errNothing)
		return
	}
	s, command, err := pack(segment.ID{Group: m.ID(), Object: m.NextObject()}, chunks)
	if err != nil {
		f.commitFailed(m, err)
		return
	}
	if err := f.bucket.Put(ctx, s.ID.Key(), s.Parts...); err != nil {
		f.putFailed(ctx, s.ID, err)
		return
	}
	f.works(&f.puts)
	f.commit(ctx, m, command)
}

// commit makes the group's state refer to an object. If that fails the object
// stays: the proposal may yet be applied. The next leader knows.
func (f *Flusher) commit(ctx context.Context, m *member, command stream.Flush) {
	if err := m.Commit(ctx, command); err != nil {
		f.commitFailed(m, err)
		return
	}
	m.rest.succeeded()
	f.count.objects.Add(1)
	f.count.objectBytes.Add(command.Size)
	f.count.streamBytes.Add(payload(command))
}

// putFailed deletes what may be left of an object that was never proposed, and
// that therefore nothing can ever refer to.
func (f *Flusher) putFailed(ctx context.Context, id segment.ID, err error) {
	f.count.putFailures.Add(1)
	if deleted := f.bucket.Delete(ctx, id.Key()); deleted != nil {
		err = errors.Join(err, deleted)
	}
	f.fails(ctx, &f.puts, "put", err)
}

// fails starts a pause, unless the failure is only that Run ends.
func (f *Flusher) fails(ctx context.Context, pause *backoff, op string, err error) {
	if ctx.Err() == nil && pause.failed(time.Now()) {
		f.log.Error("cold store fails; nothing is lost, trying again with pauses", "op", op, "err", err)
	}
}

func (f *Flusher) works(pause *backoff) {
	if pause.succeeded() {
		f.log.Info("cold store works again")
	}
}

func (f *Flusher) commitFailed(m *member, err error) {
	f.count.commitFailures.Add(1)
	if m.rest.failed(time.Now()) {
		f.log.Warn("group does not take part in flushing for now", "group", m.ID(), "err", err)
	}
}
