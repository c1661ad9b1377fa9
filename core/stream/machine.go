package stream

import (
	"fmt"

	"github.com/tidwall/btree"
)

// Machine is the state of one group. See the package comment for its rules.
type Machine struct {
	// generation counts snapshots. A state of an older generation is shared
	// with a snapshot and must be copied before it changes.
	generation uint64

	streams    btree.Map[Name, *state]
	pending    btree.Map[Name, struct{}] // forks that wait for their source
	lastStream uint64

	outbox     btree.Map[uint64, *Fork] // references to give back
	lastOutbox uint64

	objects    btree.Map[uint64, object]
	garbage    []uint64 // objects that nothing reaches, until swept; a prefix is shared with snapshots
	lastObject uint64

	records     btree.Map[string, record]
	lastVersion uint64

	local local // derived, never replicated
}

// object is an object of the cold store that the group's state refers to.
type object struct {
	ranges int // live ranges in it
	size   int64
}

type record struct {
	version uint64
	value   []byte
}

// NewMachine returns the empty state that every group begins with.
func NewMachine() *Machine { return &Machine{generation: 1} }

// Apply carries out one command and returns its result, and events extended by
// what those who wait at a tail must learn. It is the only way in which
// replicated state changes.
func (m *Machine) Apply(c *Command, events []Event) (Result, []Event) {
	if !c.complete() {
		return Result{Err: errIncomplete}, events
	}
	r, events := m.apply(c, events)
	if r.Err != nil {
		events = m.lapse(c, events)
	}
	return r, events
}

// lapse ends the stream of a command that was refused because the stream's
// lifetime is over. Commands are stamped before they get their place in the log, so
// the next one may bring an earlier time: what one found expired is so for all.
func (m *Machine) lapse(c *Command, events []Event) []Event {
	if !m.Lapsed(c.Name, c.Now) {
		return events
	}
	s, _ := m.streams.Get(c.Name)
	m.retire(m.own(s))
	return append(events, goneEvent(s))
}

func (m *Machine) apply(c *Command, events []Event) (Result, []Event) {
	switch c.Op {
	case OpCreate:
		return m.create(c, events)
	case OpAppend:
		return m.append(c, events)
	case OpDelete:
		return m.delete(c, events)
	case OpTouch:
		return m.touch(c), events
	case OpExpire:
		return m.expire(c, events)
	case OpRetain:
		return m.retain(c), events
	case OpRelease:
		return m.release(c), events
	case OpActivate:
		return m.activate(c, events)
	case OpAbandon:
		return m.abandon(c), events
	case OpSettle:
		m.outbox.Delete(c.Outbox)
		return Result{}, events
	case OpFlush:
		return m.flush(c), events
	case OpSweep:
		return m.sweep(c.Objects), events
	case OpRecord:
		return m.setRecords(c.Records), events
	}
	return Result{Err: fmt.Errorf("unknown operation %d", c.Op)}, events
}

// own returns s in a form that may be changed in place.
func (m *Machine) own(s *state) *state {
	if s.generation == m.generation {
		return s
	}
	c := s.clone(m.generation)
	m.streams.Set(c.name, c)
	return c
}

// writable looks a stream up for a client's change at now.
func (m *Machine) writable(name Name, now int64) (*state, error) {
	s, ok := m.streams.Get(name)
	if !ok {
		return nil, ErrNotFound
	}
	if err := s.readable(now); err != nil {
		return nil, err
	}
	return m.own(s), nil
}

// incarnation looks up one certain life of a name, whatever its condition.
func (m *Machine) incarnation(name Name, id uint64) (*state, bool) {
	s, ok := m.streams.Get(name)
	if !ok || s.id != id {
		return nil, false
	}
	return s, true
}

// add makes a new stream known.
func (m *Machine) add(s *state) {
	m.streams.Set(s.name, s)
	m.local.deadlines.watch(s)
}

// remove forgets a stream and everything that only it kept alive.
func (m *Machine) remove(s *state) {
	m.streams.Delete(s.name)
	m.pending.Delete(s.name)
	for _, r := range s.cold {
		m.unlink(r.object)
	}
	m.local.forget(m, s)
	if s.fork != nil {
		m.lastOutbox++
		m.outbox.Set(m.lastOutbox, s.fork)
	}
}

// unlink gives up one range of an object; an object without ranges is garbage.
func (m *Machine) unlink(id uint64) {
	o, ok := m.objects.Get(id)
	if !ok {
		return
	}
	if o.ranges--; o.ranges > 0 {
		m.objects.Set(id, o)
		return
	}
	m.objects.Delete(id)
	m.garbage = append(m.garbage, id)
}
