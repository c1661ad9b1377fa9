package stream

import "slices"

// ObjectTermShift is where the term of the leader that numbered an object lies in
// its number; below it is a count.
const ObjectTermShift = 32

// flush records that ranges now lie in the cold store. A range counts only if
// its stream still lives and the range continues what was flushed before;
// anything else in the object is dead weight. An object that no range of it
// counts for is garbage at once.
//
// Object numbers only rise. A command that comes again, or after one with a
// greater number, counts for nothing: its object may have been garbage in the
// meantime, and be deleted already.
//
// The same holds for an object that was numbered in an earlier term than the one
// that the command was committed in: a leader in between may have taken it for
// abandoned.
func (m *Machine) flush(c *Command) Result {
	f := c.Flush
	if m.KnowsObject(f.Object) {
		return Result{}
	}
	o := object{size: f.Size}
	if f.Object > m.lastObject && (c.Term == 0 || f.Object>>ObjectTermShift == c.Term) {
		m.lastObject = f.Object
		o.ranges = m.flushRanges(f)
	}
	if o.ranges == 0 {
		m.garbage = append(m.garbage, f.Object)
		return Result{}
	}
	m.objects.Set(f.Object, o)
	return Result{}
}

func (m *Machine) flushRanges(f *Flush) (live int) {
	for i := range f.Ranges {
		if m.flushRange(f.Object, &f.Ranges[i]) {
			live++
		}
	}
	return live
}

func (m *Machine) flushRange(object uint64, r *FlushedRange) bool {
	s, ok := m.incarnation(r.Name, r.ID)
	if !ok || r.From != s.flushed() || r.To <= r.From || r.To > s.tail {
		return false
	}
	s = m.own(s)
	s.cold = append(s.cold, coldRange{to: r.To, object: object, offset: r.Offset})
	m.local.flushed(m, s, int64(r.To-r.From))
	if m.local.forgetful {
		m.local.memory -= int64(s.hot.Drop(s.flushed()))
	}
	return true
}

// sweep forgets garbage that is no longer in the cold store.
func (m *Machine) sweep(objects []uint64) Result {
	left := make([]uint64, 0, len(m.garbage))
	for _, id := range m.garbage {
		if !slices.Contains(objects, id) {
			left = append(left, id)
		}
	}
	m.garbage = left
	return Result{}
}
