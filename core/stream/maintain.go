package stream

import "container/heap"

// The methods in this file change only what is local to a replica. Like Apply
// they need the machine for themselves.

// dueAgain is after how many milliseconds a stream that was reported as due is
// reported again, should it still exist then.
const dueAgain = 1000

// Due returns up to limit streams whose lifetime is over at now, and the time
// of the next deadline after that (0 when there is none). It is for a leader
// that then proposes OpExpire for each.
func (m *Machine) Due(now int64, limit int) (due []Name, next int64) {
	d := &m.local.deadlines
	for d.Len() > 0 && d.entries[0].at <= now && len(due) < limit {
		top := heap.Pop(d).(deadline)
		s := m.expires(top)
		if s == nil {
			d.dead--
			continue
		}
		if top.at, _ = s.deadline(); top.at <= now {
			due = append(due, top.name)
			top.at = now + dueAgain
		}
		heap.Push(d, top)
	}
	if d.Len() > 0 {
		next = d.entries[0].at
	}
	return due, next
}

// KeepFlushed says whether the bytes that a flush moves to the cold store stay in
// memory until Shed drops them. A new machine keeps them. A replica that replays
// a log must not: nobody sheds meanwhile, and the log may be much larger than
// the memory.
func (m *Machine) KeepFlushed(keep bool) { m.local.forgetful = !keep }

// Shed drops up to about target bytes of ring memory that the cold store also
// holds, oldest flushed first, and returns how much it freed.
func (m *Machine) Shed(target int64) (freed int64) {
	q := &m.local.cached
	for len(q.entries) > 0 && freed < target {
		c := q.entries[0]
		q.shift()
		if !m.isCached(c) {
			q.dead--
			continue
		}
		s, _ := m.streams.Get(c.name)
		s = m.own(s)
		freed += int64(s.hot.Drop(c.to))
	}
	m.local.memory -= freed
	return freed
}
