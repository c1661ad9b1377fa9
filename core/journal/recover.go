package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

var (
	errUnsealed = errors.New("the segment has no seal, but a later one was written")
	errTooBig   = errors.New("the file is larger than a segment can be")
	errRenamed  = errors.New("the header carries another segment's number")
	errOrder    = errors.New("the generation is lower than that of the segment before")
)

// recovery is one pass over all segments, in order.
type recovery struct {
	journal *Journal
	replay  Replay
	buffer  []byte              // reused for every segment
	last    map[lineage]*opened // the latest segment of each lineage
	open    []*opened           // without a seal
}

// opened is a segment that recovery has read.
type opened struct {
	*segment
	scan scan
}

// recover replays what the directory holds. Afterwards every segment in it has
// a seal on disk, and what never held a frame is gone.
func (j *Journal) recover(replay Replay) error {
	numbers, err := j.listSegments()
	if err != nil {
		return fmt.Errorf("journal: recover: %w", err)
	}
	r := &recovery{journal: j, replay: replay, last: make(map[lineage]*opened)}
	for _, number := range numbers {
		if err := r.read(number); err != nil {
			return err
		}
		j.lastNumber = number
	}
	for _, o := range r.open {
		if err := j.closeOff(o); err != nil {
			return fmt.Errorf("journal: recover %s: %w", o.name, err)
		}
	}
	return j.fs.SyncDir(j.options.Dir)
}

// listSegments also removes spares that a crash left half made.
func (j *Journal) listSegments() ([]uint64, error) {
	names, err := j.fs.List(j.options.Dir)
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	for _, name := range names {
		if number, ok := parseSegmentName(name); ok {
			numbers = append(numbers, number)
		} else if strings.HasSuffix(name, spareSuffix) {
			if err := j.fs.Remove(filepath.Join(j.options.Dir, name)); err != nil {
				return nil, err
			}
		}
	}
	return numbers, nil
}

// read replays one segment.
func (r *recovery) read(number uint64) error {
	j := r.journal
	name := filepath.Join(j.options.Dir, segmentName(number, segmentSuffix))
	data, err := r.load(name)
	if err != nil {
		return err
	}
	o := &opened{segment: &segment{name: name, size: int64(len(data)), closed: true, end: int64(len(data))}}
	o.number = number
	j.registry.add(o.segment)
	o.scan, err = scanSegment(name, data, func(rec Record, p Position) error { return r.deliver(o.segment, rec, p) })
	if err != nil {
		return err
	}
	o.header = o.scan.header
	o.end = int64(o.scan.end + sealSize)
	return r.place(o, number)
}

// load reads a file into the reused buffer.
func (r *recovery) load(name string) ([]byte, error) {
	f, err := r.journal.fs.Open(name)
	if err != nil {
		return nil, fmt.Errorf("journal: recover: %w", err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("journal: recover %s: %w", name, err)
	}
	if size > MaxSegmentBytes {
		return nil, &CorruptionError{File: name, Offset: MaxSegmentBytes, Err: errTooBig}
	}
	if int64(cap(r.buffer)) < size {
		r.buffer = make([]byte, size)
	}
	data := r.buffer[:size]
	if _, err := f.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("journal: recover %s: %w", name, err)
	}
	return data, nil
}

// deliver hands a record to the caller and discounts what that made obsolete.
func (r *recovery) deliver(s *segment, rec Record, p Position) error {
	r.journal.registry.grew(s, 1, int64(padded(int(p.Length))))
	obsolete, err := r.replay(rec, p)
	if err != nil {
		return fmt.Errorf("journal: replay record at %s:%d: %w", s.name, p.Offset, err)
	}
	r.journal.registry.obsolete(obsolete)
	return nil
}

// place checks a segment against those before it.
func (r *recovery) place(o *opened, number uint64) error {
	j := r.journal
	if o.scan.number != number {
		return &CorruptionError{File: o.name, Err: errRenamed}
	}
	if o.generation < j.generation {
		return &CorruptionError{File: o.name, Err: errOrder}
	}
	j.generation = o.generation
	if !o.scan.sealed {
		r.open = append(r.open, o)
	}
	if o.scan.empty() {
		return nil
	}
	before := r.last[o.lineage()]
	r.last[o.lineage()] = o
	return follows(before, o)
}

// follows checks that nothing is missing between two segments of a lineage.
func follows(before, o *opened) error {
	if before == nil {
		return nil
	}
	if !before.scan.sealed {
		return &CorruptionError{File: before.name, Offset: int64(before.scan.end), Err: errUnsealed}
	}
	if o.scan.frames > 0 && o.scan.first != before.scan.next {
		return &CorruptionError{File: o.name, Offset: headerSize,
			Err: fmt.Errorf("frames %d to %d are missing before it", before.scan.next, o.scan.first-1)}
	}
	return nil
}

// closeOff seals a segment that a crash left open, over a torn tail if there is
// one, so that the next recovery takes its last frame for acknowledged. A
// segment without frames is removed.
func (j *Journal) closeOff(o *opened) error {
	if o.scan.frames == 0 {
		j.registry.drop(o.segment)
		return j.fs.Remove(o.name)
	}
	f, err := j.fs.OpenReadWrite(o.name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(encodeSeal(o.salt, o.scan.next), int64(o.scan.end)); err != nil {
		return err
	}
	return f.Sync()
}
