package group

import (
	"fmt"
	"sync"

	"ursula/core/stream"
)

// Observer learns what a replica applied. Its methods are called by
// goroutines of the engine and must not block or call back into it.
type Observer interface {
	// Applied reports the events of one log entry, valid until it returns
	// except for their Data, and by how many bytes ring memory grew.
	Applied(events []stream.Event, memory int64)
	// Restored reports that the state was replaced as a whole.
	Restored(memory int64)
	// Led reports that this node began or ceased to lead.
	Led(leads bool)
}

// Replica is the state of a group on this node. One goroutine at a time applies
// entries; any number read.
type Replica struct {
	observer Observer

	mu      sync.RWMutex
	machine *stream.Machine
	leads   bool

	// events is reused from entry to entry by the goroutine that applies.
	events []stream.Event
}

// NewReplica returns an empty replica. Until Lead is called it keeps no flushed
// bytes in memory: it may have a long log to replay.
func NewReplica(observer Observer) *Replica {
	r := &Replica{observer: observer, machine: stream.NewMachine()}
	r.machine.KeepFlushed(false)
	return r
}

// Lead says whether this node leads the group. A leader keeps what it flushed in
// memory for as long as its budget allows.
func (r *Replica) Lead(leads bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leads = leads
	r.machine.KeepFlushed(leads)
}

// View calls read with the machine, which it must not change, keep or use
// after it returns. It must not wait for anything.
func (r *Replica) View(read func(*stream.Machine)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	read(r.machine)
}

// Maintain calls change with the machine for it to change what is local to this
// node (stream.Machine's Due and Shed). The same limits as for View hold.
func (r *Replica) Maintain(change func(*stream.Machine)) {
	r.mu.Lock()
	before := r.machine.Memory()
	change(r.machine)
	grown := r.machine.Memory() - before
	r.mu.Unlock()
	if grown != 0 {
		r.observer.Applied(nil, grown)
	}
}

// ApplyEntry applies the commands of a committed log entry and returns their
// results. An entry that cannot be decoded is an error: the caller must stop,
// for its state can no longer follow the group's. The term is the entry's, or 0
// where there is only one leader for ever.
func (r *Replica) ApplyEntry(term uint64, entry []byte) ([]stream.Result, error) {
	return r.FollowEntry(term, entry, nil)
}

// FollowEntry is ApplyEntry for an entry whose stages may be followed.
func (r *Replica) FollowEntry(term uint64, entry []byte, s *Stages) ([]stream.Result, error) {
	results := make([]stream.Result, 0, stream.CommandsIn(entry))
	r.mu.Lock()
	before := r.machine.Memory()
	err := stream.EachInBatch(entry, func(c *stream.Command) {
		var result stream.Result
		c.Term = term
		result, r.events = r.machine.Apply(c, r.events)
		results = append(results, result)
	})
	grown := r.machine.Memory() - before
	r.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("apply log entry: %w", err)
	}
	s.Reach(Applied)
	r.observer.Applied(r.events, grown)
	s.Reach(Published)
	clear(r.events)
	r.events = r.events[:0]
	return results, nil
}

// Freeze takes a snapshot of the replicated state; it does not wait for it to
// be written.
func (r *Replica) Freeze() *stream.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.machine.Freeze()
}

// Restore replaces the state.
func (r *Replica) Restore(m *stream.Machine) {
	r.mu.Lock()
	grown := m.Memory() - r.machine.Memory()
	r.machine = m
	m.KeepFlushed(r.leads)
	r.mu.Unlock()
	r.observer.Restored(grown)
}
