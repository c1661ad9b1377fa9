package node

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ursula/core/stream"
)

// step is one operation of a workload: what it does to a node, and to the model.
type step struct {
	what  string
	run   func(t *testing.T, n *Node)
	apply func(m *model)
	again *stream.Command // an append with a producer, to be sent once more
}

// workload draws steps that must succeed.
type workload struct {
	rng   *rand.Rand
	names []stream.Name
	count int
}

func newWorkload(rng *rand.Rand) *workload {
	w := &workload{rng: rng}
	for i := range 14 {
		w.names = append(w.names, stream.Name(fmt.Sprintf("v1/stream-%d", i)))
	}
	return w
}

func (w *workload) data() []byte {
	w.count++
	n := 1 + w.rng.IntN(200)
	if w.rng.IntN(3) == 0 {
		n = 1 + w.rng.IntN(12_000)
	}
	return filler(w.count, n)
}

func (w *workload) pick(names []stream.Name) stream.Name { return names[w.rng.IntN(len(names))] }

// free picks a name that nothing has, "" if there is none.
func (w *workload) free(m *model) stream.Name {
	var free []stream.Name
	for _, name := range w.names {
		if m.streams[name] == nil {
			free = append(free, name)
		}
	}
	if len(free) == 0 {
		return ""
	}
	return w.pick(free)
}

// draw returns a step that fits the model.
func (w *workload) draw(m *model) step {
	live := m.live()
	free := w.free(m)
	switch k := w.rng.IntN(100); {
	case k < 4:
		return w.record()
	case k < 6:
		return jump()
	case len(live) == 0, k < 14 && free != "":
		return w.create(free)
	case k < 24 && free != "":
		return w.fork(m, free, w.pick(live))
	case k < 31:
		return remove(w.pick(live))
	case k < 34:
		return closing(w.pick(live))
	}
	return w.append(m, w.pick(live))
}

func (w *workload) record() step {
	key, value := fmt.Sprintf("key-%d", w.rng.IntN(5)), string(w.data())
	return step{
		what: "record " + key,
		run: func(t *testing.T, n *Node) {
			batch := stream.RecordBatch{Sets: []stream.RecordSet{{Key: key, Value: []byte(value)}}}
			if err := n.Records().Commit(t.Context(), key, batch); err != nil {
				t.Errorf("record %s: %v", key, err)
			}
		},
		apply: func(m *model) { m.records[key] = value },
	}
}

// jump is so long that everything that can expire does.
func jump() step {
	return step{
		what:  "jump",
		run:   func(*testing.T, *Node) { time.Sleep(time.Hour) },
		apply: (*model).expire,
	}
}

func (w *workload) create(name stream.Name) step {
	c := *creation(name, octets)
	if w.rng.IntN(3) == 0 {
		c.Data = w.data()
	}
	if w.rng.IntN(3) == 0 {
		c.Lifetime = stream.Lifetime{TTL: 600}
	}
	return step{
		what: "create " + string(name),
		run: func(t *testing.T, n *Node) {
			c := c
			mustCreate(t, n, &c)
		},
		apply: func(m *model) {
			m.streams[name] = &modelStream{name: name, data: c.Data, expires: c.Lifetime.TTL >= 0}
		},
	}
}

func (w *workload) fork(m *model, name, source stream.Name) step {
	at := w.rng.IntN(len(m.streams[source].data) + 1)
	return step{
		what: fmt.Sprintf("fork %s from %s at %d", name, source, at),
		run: func(t *testing.T, n *Node) {
			mustCreate(t, n, forking(name, source, uint64(at), 0))
		},
		apply: func(m *model) {
			s := m.streams[source]
			s.forks++
			m.streams[name] = &modelStream{name: name, data: append([]byte(nil), s.data[:at]...), expires: s.expires, source: s}
		},
	}
}

func remove(name stream.Name) step {
	return step{
		what: "delete " + string(name),
		run: func(t *testing.T, n *Node) {
			mustDelete(t, n, name)
			settled() // what it gives back is given back before the next step
		},
		apply: func(m *model) { m.retire(m.streams[name]) },
	}
}

func closing(name stream.Name) step {
	return step{
		what:  "close " + string(name),
		run:   func(t *testing.T, n *Node) { mustAppend(t, n, &stream.Command{Name: name, Close: true}) },
		apply: func(m *model) { m.streams[name].closed = true },
	}
}

func (w *workload) append(m *model, name stream.Name) step {
	s := m.streams[name]
	if s.closed {
		return remove(name)
	}
	c := *addition(name, octets, w.data())
	if w.rng.IntN(2) == 0 {
		c.Producer = stream.Producer{ID: "p", Seq: s.next}
	}
	made := step{
		what: fmt.Sprintf("append %d to %s", len(c.Data), name),
		run: func(t *testing.T, n *Node) {
			c := c
			if r := mustAppend(t, n, &c); r.Duplicate {
				t.Errorf("append to %s is a duplicate", name)
			}
		},
		apply: func(m *model) {
			s := m.streams[name]
			s.data = append(s.data, c.Data...)
			if c.Producer.ID != "" {
				s.next++
			}
		},
	}
	if c.Producer.ID != "" {
		made.again = &c
	}
	return made
}
