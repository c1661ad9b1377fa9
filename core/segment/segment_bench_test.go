package segment_test

import (
	"fmt"
	"testing"

	"ursula/core/segment"
	"ursula/core/stream"
)

// benchRanges are 8 MiB of 1000 streams in records of 256 bytes.
func benchRanges() []segment.Range {
	data := make([]byte, 8<<10)
	ranges := make([]segment.Range, 1000)
	for i := range ranges {
		r := segment.Range{Name: stream.Name(fmt.Sprintf("v1/stream-%04d", i)), ID: uint64(i), To: uint64(len(data)), Parts: [][]byte{data}}
		for end := 256; end <= len(data); end += 256 {
			r.Ends = append(r.Ends, uint64(end))
		}
		ranges[i] = r
	}
	return ranges
}

func BenchmarkBuild(b *testing.B) {
	ranges := benchRanges()
	b.SetBytes(8000 << 10)
	for b.Loop() {
		if _, err := segment.Build(id, ranges); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	_, object := build(b, id, benchRanges())
	for _, length := range []uint64{256, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			buf := make([]byte, segment.Space(1000, length))
			b.SetBytes(int64(length))
			for b.Loop() {
				if _, err := segment.Read(b.Context(), object, id, 1000, length, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReadIndex(b *testing.B) {
	_, object := build(b, id, benchRanges())
	for b.Loop() {
		if _, err := segment.ReadIndex(b.Context(), object, id, int64(len(object))); err != nil {
			b.Fatal(err)
		}
	}
}
