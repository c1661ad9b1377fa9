package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"time"

	"ursula/core/vfs"
)

// prepareSpare makes a spare if the writer wants one, and ends the attempt
// whatever comes of it.
func (w *Writer) prepareSpare() {
	w.mu.Lock()
	wanted := w.room.wanted
	w.mu.Unlock()
	if !wanted {
		return
	}
	s, err := w.journal.createSpare(w.shard)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room.spare, w.room.missing, w.room.wanted = s, err, false
	if err != nil {
		w.room.tried = time.Now()
	}
	close(w.room.prepared)
}

// createSpare takes a full disk for something that passes, and any other error
// for the end.
func (j *Journal) createSpare(shard int) (*segment, error) {
	if err := j.failed(); err != nil {
		return nil, err
	}
	s, err := j.createSegment(shard, j.options.SegmentBytes)
	if err == nil || errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrClosed) {
		return s, err
	}
	return nil, j.fail(err)
}

// createSegment makes a segment of zeros behind a header. It gets its name when
// its bytes are durable, so a segment with an invalid header is damaged.
func (j *Journal) createSegment(shard int, capacity int64) (*segment, error) {
	h, err := j.nextHeader(shard, capacity)
	if err != nil {
		return nil, err
	}
	draft := filepath.Join(j.options.Dir, segmentName(h.number, spareSuffix))
	f, err := j.fs.Create(draft)
	if err != nil {
		return nil, err
	}
	err = errors.Join(j.fill(f, h), f.Close())
	if err != nil {
		return nil, errors.Join(err, j.fs.Remove(draft))
	}
	return j.publish(draft, h)
}

// publish gives a finished segment its name and opens it for appending.
func (j *Journal) publish(draft string, h header) (*segment, error) {
	name := filepath.Join(j.options.Dir, segmentName(h.number, segmentSuffix))
	if err := j.fs.Rename(draft, name); err != nil {
		return nil, err
	}
	if err := j.fs.SyncDir(j.options.Dir); err != nil {
		return nil, err
	}
	f, err := j.fs.OpenReadWrite(name)
	if err != nil {
		return nil, err
	}
	s := &segment{header: h, name: name, file: f, size: int64(h.capacity)}
	j.registry.add(s)
	return s, nil
}

func (j *Journal) nextHeader(shard int, capacity int64) (header, error) {
	var salt [8]byte
	if _, err := io.ReadFull(j.options.Rand, salt[:]); err != nil {
		return header{}, fmt.Errorf("salt: %w", err)
	}
	j.lastNumber++
	return header{
		generation: j.generation,
		number:     j.lastNumber,
		salt:       le.Uint64(salt[:]),
		shard:      uint32(shard),
		shards:     uint32(j.options.Shards),
		capacity:   uint32(capacity),
	}, nil
}

// fill writes zeros a chunk at a time and syncs each, so that neither appenders'
// syncs nor Close queue behind a whole segment.
func (j *Journal) fill(f vfs.File, h header) error {
	zeros := make([]byte, min(zeroChunk, h.capacity))
	for at := int64(0); at < int64(h.capacity); at += int64(len(zeros)) {
		if j.stopping() {
			return ErrClosed
		}
		chunk := zeros[:min(int64(len(zeros)), int64(h.capacity)-at)]
		if _, err := f.WriteAt(chunk, at); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(h.encode(), 0); err != nil {
		return err
	}
	return f.Sync()
}
