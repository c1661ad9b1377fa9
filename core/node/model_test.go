package node

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"ursula/core/stream"
)

// model is a node in the plainest form: streams with all of their bytes.
type model struct {
	streams map[stream.Name]*modelStream
	records map[string]string
}

type modelStream struct {
	name    stream.Name
	data    []byte
	closed  bool
	expires bool
	hidden  bool
	next    uint64 // of the producer
	source  *modelStream
	forks   int
}

func newModel() *model {
	return &model{streams: map[stream.Name]*modelStream{}, records: map[string]string{}}
}

func (m *model) clone() *model {
	c := &model{streams: map[stream.Name]*modelStream{}, records: maps.Clone(m.records)}
	for name, s := range m.streams {
		copied := *s
		copied.data = bytes.Clone(s.data)
		c.streams[name] = &copied
	}
	for _, s := range c.streams {
		if s.source != nil {
			s.source = c.streams[s.source.name]
		}
	}
	return c
}

// live lists the public streams in a fixed order.
func (m *model) live() (names []stream.Name) {
	for _, name := range slices.Sorted(maps.Keys(m.streams)) {
		if !m.streams[name].hidden {
			names = append(names, name)
		}
	}
	return names
}

func (m *model) retire(s *modelStream) {
	if s.forks > 0 {
		s.hidden = true
		return
	}
	delete(m.streams, s.name)
	if s.source == nil {
		return
	}
	if s.source.forks--; s.source.hidden {
		m.retire(s.source)
	}
}

// expire ends all streams that can expire.
func (m *model) expire() {
	for _, name := range m.live() {
		if s := m.streams[name]; s != nil && s.expires {
			m.retire(s)
		}
	}
}

// differs returns how a node differs from the model, nil if it does not.
func (m *model) differs(t *testing.T, n *Node, names []stream.Name) error {
	for _, name := range names {
		if err := m.streams[name].differs(t, n, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for key, want := range m.records {
		got, _, err := n.Records().Get(t.Context(), key, key)
		if err != nil || string(got) != want {
			return fmt.Errorf("record %s is %q, %v, want %q", key, got, err, want)
		}
	}
	return nil
}

func (s *modelStream) differs(t *testing.T, n *Node, name stream.Name) error {
	info, err := n.Head(t.Context(), name)
	switch {
	case s == nil:
		return wantError(err, stream.ErrNotFound)
	case s.hidden:
		return wantError(err, stream.ErrGone)
	case err != nil:
		return err
	}
	if info.Tail != uint64(len(s.data)) || info.Closed != s.closed {
		return fmt.Errorf("tail %d, closed %v, want %d, %v", info.Tail, info.Closed, len(s.data), s.closed)
	}
	got, err := readAll(t.Context(), n, name, 20_000)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, s.data) {
		return errors.New("bytes differ")
	}
	return nil
}

func wantError(err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("error is %v, want %w", err, want)
	}
	return nil
}
