package journal

import (
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"ursula/core/vfs"
)

// Limits and defaults.
const (
	DefaultSegmentBytes = 32 << 20
	MinSegmentBytes     = 4 << 10
	MaxSegmentBytes     = 1 << 30
	MaxShards           = 1 << 12

	defaultQueueBytes = 16 << 20
	maxReserveBytes   = 1 << 20
	firstSegmentBytes = 1 << 20 // a start waits for this much to be zeroed
	maxFrameBytes     = 4 << 20 // beyond this only a single Append makes a frame larger
	zeroChunk         = 1 << 20
)

// Options say where the journal lies and how it behaves. FS, Dir and Shards
// are required.
type Options struct {
	FS     vfs.FS
	Dir    string
	Shards int

	// SegmentBytes is the size of a segment, DefaultSegmentBytes when zero.
	SegmentBytes int64
	// QueueBytes bounds what waits for a shard's next frame, 16 MiB when zero.
	// Append waits for room.
	QueueBytes int64
	// ReserveBytes is what Reserve keeps back for appends that must not fail:
	// 1 MiB or a quarter of a segment, whichever is less, when zero.
	ReserveBytes int64
	// RetryAfter is how often a missing spare segment is tried again while
	// somebody asks for room, 500 ms when zero, always when negative.
	RetryAfter time.Duration
	// OnFatal is called once, when a disk operation failed for another reason
	// than lack of space. The process should end: nothing is acknowledged any
	// more. It runs on a goroutine of the journal or of an appender, and must
	// not call Close.
	OnFatal func(error)
	// OnSync is called after each frame, with its size and the time that write
	// and sync took, on the goroutine of an appender.
	OnSync func(bytes int, took time.Duration)
	// Rand gives segments their salts, crypto/rand when nil.
	Rand io.Reader
}

func (o Options) withDefaults() (Options, error) {
	o.SegmentBytes = orDefault(o.SegmentBytes, DefaultSegmentBytes)
	o.QueueBytes = orDefault(o.QueueBytes, defaultQueueBytes)
	o.ReserveBytes = orDefault(o.ReserveBytes, min(maxReserveBytes, o.SegmentBytes/4))
	o.RetryAfter = orDefault(o.RetryAfter, 500*time.Millisecond)
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Shards < 1 || o.Shards > MaxShards {
		return o, fmt.Errorf("journal: %d shards: want 1 to %d", o.Shards, MaxShards)
	}
	if o.SegmentBytes < MinSegmentBytes || o.SegmentBytes > MaxSegmentBytes || o.SegmentBytes%alignment != 0 {
		return o, fmt.Errorf("journal: segments of %d bytes: want a multiple of %d from %d to %d",
			o.SegmentBytes, alignment, MinSegmentBytes, MaxSegmentBytes)
	}
	return o, nil
}

func orDefault[T int64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}
