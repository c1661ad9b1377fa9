package cold

import (
	"ursula/core/segment"
	"ursula/core/stream"
)

// pack makes a segment of chunks, and the command that records it.
func pack(id segment.ID, chunks []Chunk) (*segment.Segment, stream.Flush, error) {
	ranges := make([]segment.Range, len(chunks))
	for i, c := range chunks {
		ranges[i] = segment.Range(c)
	}
	s, err := segment.Build(id, ranges)
	if err != nil {
		return nil, stream.Flush{}, err
	}
	f := stream.Flush{Object: id.Object, Size: s.Size, Ranges: make([]stream.FlushedRange, len(chunks))}
	for i, c := range chunks {
		f.Ranges[i] = stream.FlushedRange{Name: c.Name, ID: c.ID, From: c.From, To: c.To, Offset: s.Offsets[i]}
	}
	return s, f, nil
}

func payload(f stream.Flush) int64 {
	var n uint64
	for _, r := range f.Ranges {
		n += r.To - r.From
	}
	return int64(n)
}
