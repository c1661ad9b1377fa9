package ring

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// model is the simplest thing that a Buffer could be.
type model struct {
	start uint64
	bytes []byte
	ends  []uint64
}

func (m *model) end() uint64 { return m.start + uint64(len(m.bytes)) }

func TestBufferBehavesLikeItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Uint64Range(0, 1000).Draw(t, "start")
		b, m := New(start), model{start: start}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				p := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "p")
				if got := b.Append(p); !bytes.Equal(got, p) {
					t.Fatalf("Append returned %q, want %q", got, p)
				}
				m.bytes = append(m.bytes, p...)
				m.ends = append(m.ends, m.end())
			},
			"drop": func(t *rapid.T) {
				to := rapid.Uint64Range(0, m.end()+5).Draw(t, "to")
				before := b.Size()
				if freed := b.Drop(to); before-b.Size() != freed {
					t.Fatalf("Drop says %d freed, size fell by %d", freed, before-b.Size())
				}
				if to = min(to, m.end()); to > m.start {
					m.bytes, m.start = m.bytes[to-m.start:], to
				}
			},
			"": func(t *rapid.T) { compare(t, &b, &m) },
		})
	})
}

func compare(t *rapid.T, b *Buffer, m *model) {
	if b.Start() != m.start || b.End() != m.end() || b.Len() != len(m.bytes) {
		t.Fatalf("range [%d,%d), want [%d,%d)", b.Start(), b.End(), m.start, m.end())
	}
	from := rapid.Uint64Range(m.start, m.end()).Draw(t, "from")
	to := rapid.Uint64Range(from, m.end()).Draw(t, "to")
	got := bytes.Join(b.Slice(nil, from, to), nil)
	if want := m.bytes[from-m.start : to-m.start]; !bytes.Equal(got, want) {
		t.Fatalf("Slice(%d,%d) = %q, want %q", from, to, got, want)
	}
	var want []uint64
	for _, e := range m.ends {
		if e > from && e <= to {
			want = append(want, e)
		}
	}
	ends := b.Ends(nil, from, to)
	if len(ends) != len(want) {
		t.Fatalf("Ends(%d,%d) = %v, want %v", from, to, ends, want)
	}
	for i := range ends {
		if ends[i] != want[i] {
			t.Fatalf("Ends(%d,%d) = %v, want %v", from, to, ends, want)
		}
	}
}

// A reader keeps its parts while the owner goes on appending into the same
// chunk: run with -race this pins the rule that published bytes never change.
func TestSlicesStayValidWhileTheOwnerAppends(t *testing.T) {
	b := New(0)
	b.Append(bytes.Repeat([]byte("a"), 100))
	b.Append(bytes.Repeat([]byte("b"), 10))
	parts := b.Slice(nil, 0, 110)
	done := make(chan []byte)
	go func() { done <- bytes.Join(parts, nil) }()
	for range 50 {
		b.Append([]byte("cc"))
	}
	want := append(bytes.Repeat([]byte("a"), 100), bytes.Repeat([]byte("b"), 10)...)
	if got := <-done; !bytes.Equal(got, want) {
		t.Fatalf("parts changed: %q", got)
	}
}

func TestCloneIsNotChangedByTheOriginal(t *testing.T) {
	b := New(7)
	b.Append([]byte("one"))
	b.Append([]byte("two"))
	c := b.Clone()
	b.Append([]byte("three"))
	b.Drop(10)
	if got := string(bytes.Join(c.Slice(nil, 0, 100), nil)); got != "onetwo" {
		t.Fatalf("clone holds %q", got)
	}
	if ends := c.Ends(nil, 0, 100); len(ends) != 2 || ends[1] != 13 {
		t.Fatalf("clone's record ends are %v", ends)
	}
}
