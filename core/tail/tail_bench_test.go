package tail_test

import (
	"fmt"
	"testing"

	"ursula/core/stream"
	"ursula/core/tail"
)

func BenchmarkPublishUnwatched(b *testing.B) {
	h := tail.NewHub(tail.Options{})
	defer h.Close()
	events := []stream.Event{{Name: name, ID: 1, To: 1}}
	for b.Loop() {
		h.Publish(events)
	}
}

// BenchmarkWake measures an event that a number of readers wait for, from
// Publish until the last one has it.
func BenchmarkWake(b *testing.B) {
	for _, readers := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint(readers), func(b *testing.B) { benchmarkWake(b, readers) })
	}
}

func benchmarkWake(b *testing.B, readers int) {
	h := tail.NewHub(tail.Options{})
	defer h.Close()
	got := make(chan struct{}, readers)
	for range readers {
		w, err := h.Watch(name)
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			defer w.Close()
			for offset := uint64(0); ; {
				entries, _ := w.Next(nil, 1, offset)
				for _, e := range entries {
					if e.Closed {
						return
					}
					offset = e.To
					got <- struct{}{}
				}
				<-w.Changed()
			}
		}()
	}
	data := make([]byte, 256)
	offset := uint64(0)
	for b.Loop() {
		h.Publish([]stream.Event{{Name: name, ID: 1, From: offset, To: offset + 256, Data: data}})
		offset += 256
		for range readers {
			<-got
		}
	}
	h.Publish([]stream.Event{{Name: name, ID: 1, From: offset, To: offset, Closed: true}})
}
