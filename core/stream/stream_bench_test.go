package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// BenchmarkApplyAppend is the decoding and applying of a log entry with one
// append of 256 bytes and a producer, in a group of 1000 streams.
func BenchmarkApplyAppend(b *testing.B) {
	for _, producers := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("producers=%d", producers), func(b *testing.B) { benchmarkAppend(b, producers) })
	}
}

func benchmarkAppend(b *testing.B, producers int) {
	m := populated(1000, 0)
	data := bytes.Repeat([]byte{'x'}, 256)
	c := Command{Op: OpAppend, Name: benchName(500), ContentType: DefaultContentType, Data: data}
	for p := range producers {
		c.Producer = Producer{ID: fmt.Sprintf("producer-%04d", p)}
		m.Apply(&c, nil)
	}
	c.Producer.Epoch = 1
	apply := func(c *Command) {
		if r, _ := m.Apply(c, nil); r.Err != nil {
			b.Fatal(r.Err)
		}
	}
	var entry []byte
	b.ReportAllocs()
	for b.Loop() {
		entry = AppendToBatch(BeginBatch(entry), &c)
		if err := EachInBatch(entry, apply); err != nil {
			b.Fatal(err)
		}
		if c.Producer.Seq++; c.Producer.Seq%10000 == 0 {
			flush := flushAll(m) // keeps the memory of a long run bounded
			m.Apply(&flush, nil)
			m.Shed(1 << 40)
		}
	}
}

// flushAll says that everything lies in one more object.
func flushAll(m *Machine) Command {
	f := &Flush{Object: m.LastObject() + 1}
	for _, c := range m.FlushCandidates(1 << 30) {
		f.Ranges = append(f.Ranges, FlushedRange{Name: c.Name, ID: c.ID, From: c.From, To: c.To})
	}
	return Command{Op: OpFlush, Flush: f}
}

func appendTo(m *Machine, i int, p Producer, data []byte) {
	m.Apply(&Command{Op: OpAppend, Name: benchName(i), ContentType: DefaultContentType, Data: data, Producer: p}, nil)
}

func benchName(i int) Name { return Name(fmt.Sprintf("v1/benchmark/stream-%06d", i)) }

// populated returns a machine with streams of size bytes each.
func populated(streams, size int) *Machine {
	m := NewMachine()
	data := make([]byte, size)
	for i := range streams {
		m.Apply(&Command{Op: OpCreate, Name: benchName(i), ContentType: DefaultContentType, Lifetime: Forever()}, nil)
		if size > 0 {
			appendTo(m, i, Producer{}, data)
		}
	}
	return m
}

func BenchmarkFrameJSON(b *testing.B) {
	message := `{"user":"someone","text":"` + strings.Repeat("hello, ", 30) + `","n":12345}`
	for name, body := range map[string]string{
		"one":   message,
		"array": "[" + strings.Repeat(message+",", 99) + message + "]",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				var err error
				if dst, err = FrameJSON(dst[:0], []byte(body), false); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/valid-only", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if !json.Valid([]byte(body)) {
					b.Fatal("invalid")
				}
			}
		})
	}
}

// BenchmarkFreeze is the pause that a snapshot costs, and what the first append
// to a stream after it costs.
func BenchmarkFreeze(b *testing.B) {
	m := populated(100_000, 64)
	b.Run("freeze", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Freeze()
		}
	})
	b.Run("append-after", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if i%1000 == 0 {
				m.Freeze()
			}
			appendTo(m, i%100_000, Producer{}, []byte("x"))
			i += 37
		}
	})
	b.Run("write", func(b *testing.B) {
		s := m.Freeze()
		for b.Loop() {
			n, err := s.WriteTo(discard{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(n)
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkMemory reports what a stream of 1 KiB in one append costs beyond its
// data, and beyond its name.
func BenchmarkMemory(b *testing.B) {
	const streams, size = 100_000, 1 << 10
	for b.Loop() {
		before := heapBytes()
		m := populated(streams, size)
		used := heapBytes() - before
		b.ReportMetric(float64(used)/streams-size, "B/stream")
		b.ReportMetric(float64(unsafe.Sizeof(state{})), "B/state")
		runtime.KeepAlive(m)
	}
}

func heapBytes() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
