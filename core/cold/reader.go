package cold

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/bucket"
	"ursula/core/segment"
	"ursula/core/stream"
)

// DefaultIndexMemory bounds the segment indexes that a Reader keeps by default,
// in bytes.
const DefaultIndexMemory = 16 << 20

// ErrNoRange says that a segment does not hold the range that was asked for.
var ErrNoRange = errors.New("range is not in the segment")

// Reader reads segments from a bucket. All methods may be called concurrently.
type Reader struct {
	bucket  bucket.Bucket
	indexes *indexes
	buffers buffers
	pins    *pins
	count   readCounters
}

// NewReader returns a Reader that keeps segment indexes in up to indexMemory
// bytes; 0 means DefaultIndexMemory.
func NewReader(b bucket.Bucket, indexMemory int) *Reader {
	if indexMemory == 0 {
		indexMemory = DefaultIndexMemory
	}
	return &Reader{bucket: b, indexes: newIndexes(indexMemory), pins: newPins()}
}

// Pin keeps this node from deleting objects of a group. Take it before making
// the read plan, read what the plan names through it, and release it soon:
// until then nothing that the plan can name is deleted.
func (r *Reader) Pin(group uint32) *Pin {
	return &Pin{reader: r, group: group, era: r.pins.enter(group)}
}

// Pin is a read under way; see Reader.Pin. Its methods may be called
// concurrently, but none after Release.
type Pin struct {
	reader *Reader
	group  uint32
	era    *era
}

// Release ends the read. Bytes that were read stay valid until they are
// released themselves.
func (p *Pin) Release() { p.reader.pins.leave(p.group, p.era) }

// ReadSpan reads length bytes, at most segment.MaxRead, from a place that a
// read plan named. What it returns was verified. Errors are
// *segment.CorruptionError, segment.ErrLimit, and those of the bucket: with
// bucket.ErrNotFound the plan is outdated and should be made again.
func (p *Pin) ReadSpan(ctx context.Context, at stream.Cold, length int) (*Bytes, error) {
	r, size := p.reader, uint64(max(length, 0))
	if size > segment.MaxRead {
		return nil, fmt.Errorf("read span of %d bytes: %w", length, segment.ErrLimit)
	}
	buf := r.buffers.get(segment.Space(at.Offset, size))
	parts, err := segment.Read(ctx, r.source(p.id(at.Object)), p.id(at.Object), at.Offset, size, *buf)
	r.count.read(length, err)
	if err != nil {
		r.buffers.put(buf)
		return nil, err
	}
	return &Bytes{Parts: parts, buf: buf, pool: &r.buffers}, nil
}

// RecordEnds returns the offsets within (from, to] at which records of a stream
// end, for a range [from, to) that lies in one object. It returns ErrNoRange
// when the object does not hold all of it, and otherwise fails like ReadSpan.
func (p *Pin) RecordEnds(ctx context.Context, object uint64, name stream.Name, id, from, to uint64) ([]uint64, error) {
	index, err := p.reader.index(ctx, p.id(object))
	if err != nil {
		return nil, err
	}
	e, ok := index.Find(name, id, from)
	if !ok || to > e.To {
		return nil, fmt.Errorf("%w: [%d, %d) of %s in %s", ErrNoRange, from, to, name, p.id(object).Key())
	}
	return e.Ends(nil, from, to), nil
}

func (p *Pin) id(object uint64) segment.ID { return segment.ID{Group: p.group, Object: object} }

// index returns a segment's index. Readers that miss it at the same time each
// load it: rare, and cheaper than making one wait under another's context.
func (r *Reader) index(ctx context.Context, id segment.ID) (*segment.Index, error) {
	if index, ok := r.indexes.get(id); ok {
		return index, nil
	}
	object, err := r.bucket.Stat(ctx, id.Key())
	if err != nil {
		return nil, err
	}
	index, err := segment.ReadIndex(ctx, r.source(id), id, object.Size)
	r.count.index(err)
	if err != nil {
		return nil, err
	}
	r.indexes.add(id, index)
	return index, nil
}

func (r *Reader) source(id segment.ID) segment.Source { return source{r.bucket, id.Key()} }

// source is one object of a bucket.
type source struct {
	bucket bucket.Bucket
	key    string
}

// ReadAt implements segment.Source.
func (s source) ReadAt(ctx context.Context, dst []byte, offset int64) (int, error) {
	return s.bucket.Get(ctx, s.key, dst, offset)
}

// Bytes are the bytes of a span.
type Bytes struct {
	Parts [][]byte // in order; valid until Release

	buf  *[]byte
	pool *buffers
}

// Release gives the memory back; a second call does nothing. Whoever does not
// call it leaves the memory to the garbage collector.
func (b *Bytes) Release() {
	if b.buf != nil {
		b.pool.put(b.buf)
		b.buf, b.Parts = nil, nil
	}
}
