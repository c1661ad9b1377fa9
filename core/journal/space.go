package journal

// SegmentInfo describes one segment for whoever decides what to snapshot or to
// move.
type SegmentInfo struct {
	Number     uint64
	Generation uint64 // which Open wrote it, counted from 1
	Shard      int    // which writer of that generation
	Bytes      int64  // on disk
	Live       int64  // bytes of records that nobody released
	Closed     bool   // takes no more records
}

// Segments lists the segments, oldest first. Segments are removed in this order
// within a shard, and a generation's only after all of earlier generations: to
// free space, release what lives in the first closed one.
func (j *Journal) Segments() []SegmentInfo {
	j.registry.mu.Lock()
	defer j.registry.mu.Unlock()
	infos := make([]SegmentInfo, 0, len(j.registry.segments))
	for _, s := range j.registry.sorted() {
		infos = append(infos, SegmentInfo{
			Number: s.number, Generation: s.generation, Shard: int(s.shard),
			Bytes: s.size, Live: s.live, Closed: s.closed,
		})
	}
	return infos
}

// Held returns the bytes of all segments on disk, spares included, and the
// bytes of records that nobody released.
func (j *Journal) Held() (disk, live int64) {
	j.registry.mu.Lock()
	defer j.registry.mu.Unlock()
	for _, s := range j.registry.segments {
		disk += s.size
		live += s.live
	}
	return disk, live
}

// Release says that records are obsolete: they need not be replayed any more,
// except that older ones still are until they are released too. Each record is
// released at most once. It never waits.
func (j *Journal) Release(positions ...Position) {
	if j.registry.obsolete(positions) {
		j.poke()
	}
}

// ReadAt reads and verifies one record. It uses dst when it is large enough;
// the payload aliases dst or a new slice. A record whose segment was removed
// gives ErrReleased. It may be called concurrently and holds no lock while it
// reads.
func (j *Journal) ReadAt(p Position, dst []byte) (Record, error) {
	s, err := j.registry.acquire(p.Segment)
	if err != nil {
		return Record{}, err
	}
	defer j.registry.release(s)
	f, err := s.open(j.fs)
	if err != nil {
		return Record{}, &CorruptionError{File: s.name, Offset: int64(p.Offset), Err: err}
	}
	if uint32(cap(dst)) < p.Length {
		dst = make([]byte, p.Length)
	}
	dst = dst[:p.Length]
	if _, err := f.ReadAt(dst, int64(p.Offset)); err != nil {
		return Record{}, &CorruptionError{File: s.name, Offset: int64(p.Offset), Err: err}
	}
	r, err := verifyRecord(dst)
	if err != nil {
		return Record{}, &CorruptionError{File: s.name, Offset: int64(p.Offset), Err: err}
	}
	return r, nil
}

// Stats counts what the journal did since Open.
type Stats struct {
	Frames   uint64 // each is one write and one sync
	Records  uint64
	Bytes    uint64 // of frames
	Segments int    // on disk now
}

// Stats returns the counts so far.
func (j *Journal) Stats() Stats {
	j.registry.mu.Lock()
	segments := len(j.registry.segments)
	j.registry.mu.Unlock()
	return Stats{
		Frames: j.frames.Load(), Records: j.records.Load(),
		Bytes: j.bytes.Load(), Segments: segments,
	}
}
