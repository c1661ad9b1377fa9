package tail_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"ursula/core/stream"
	"ursula/core/tail"
)

// source is a stream whose changes can be read before they are published.
type source struct {
	mu     sync.Mutex
	data   []byte
	closed bool
}

func (s *source) append(n int, closing bool) stream.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := len(s.data)
	for range n {
		s.data = append(s.data, byte(len(s.data)))
	}
	s.closed = closing
	return stream.Event{
		Name: name, ID: 1, From: uint64(from), To: uint64(len(s.data)),
		Data: s.data[from:len(s.data):len(s.data)], Closed: closing,
	}
}

func (s *source) read(from uint64) (data []byte, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data[from:len(s.data):len(s.data)], s.closed
}

// follow reads a stream to its closure the way every reader must, and returns
// what it saw.
func follow(s *source, w *tail.Watch, from uint64) []byte {
	seen := make([]byte, 0, 64)
	for {
		w.Mark()
		data, closed := s.read(from + uint64(len(seen)))
		seen = append(seen, data...)
		if closed {
			return seen
		}
		for status := tail.Idle; status != tail.Stale; {
			var entries []*tail.Entry
			entries, status = w.Next(nil, 1, from+uint64(len(seen)))
			for _, e := range entries {
				seen = append(seen, e.Data...)
				if e.Closed {
					return seen
				}
			}
			if status == tail.Idle {
				<-w.Changed()
			}
		}
	}
}

// Whatever the interleaving of publishing, hints, reading, joining and waking,
// readers see every byte once and in order.
func TestReadersSeeEveryByteOnce(t *testing.T) {
	for _, opts := range []tail.Options{
		{},
		{WindowEvents: 1},
		{WindowEvents: 3, WindowBytes: 16},
		{TotalBytes: 8},
	} {
		t.Run(fmt.Sprintf("%+v", opts), func(t *testing.T) {
			for seed := range uint64(20) {
				race(t, newHub(t, opts), rand.New(rand.NewPCG(seed, 1)))
			}
		})
	}
}

func race(t *testing.T, h *tail.Hub, random *rand.Rand) {
	var s source
	var readers sync.WaitGroup
	join := func(from uint64) {
		w := watch(t, h)
		readers.Go(func() {
			defer w.Close()
			check(t, follow(&s, w, from), from)
		})
	}
	for range 12 {
		join(0)
	}
	hints := make(chan stream.Event, 4)
	readers.Go(func() { hintAll(h, hints) })
	for step := range 200 {
		e := s.append(1+random.IntN(9), false)
		if random.IntN(4) > 0 {
			hints <- e
		}
		h.Publish([]stream.Event{e})
		switch random.IntN(20) {
		case 0:
			h.WakeAll()
		case 1:
			join(uint64(step / 2))
		}
	}
	h.Publish([]stream.Event{s.append(random.IntN(2), true)})
	close(hints)
	readers.Wait()
	if n := h.Watches(); n != 0 {
		t.Errorf("%d watches are left", n)
	}
}

// hintAll brings events sometimes before and sometimes after they are published.
func hintAll(h *tail.Hub, hints <-chan stream.Event) {
	for e := range hints {
		h.Hint(&e)
	}
}

func check(t *testing.T, seen []byte, from uint64) {
	for i, b := range seen {
		if b != byte(from+uint64(i)) {
			t.Errorf("byte %d is %d, want %d", from+uint64(i), b, byte(from+uint64(i)))
			return
		}
	}
}
