package journal

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// registry knows the segments and what lives in them.
type registry struct {
	mu       sync.Mutex
	segments map[uint64]*segment
}

func newRegistry() *registry { return &registry{segments: make(map[uint64]*segment)} }

func (r *registry) add(s *segment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.segments[s.number] = s
}

// acquire keeps a segment's file open until the matching release.
func (r *registry) acquire(number uint64) (*segment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.segments[number]
	if s == nil {
		return nil, ErrReleased
	}
	s.readers++
	return s, nil
}

func (r *registry) release(s *segment) {
	r.mu.Lock()
	s.readers--
	last := s.removed && s.readers == 0
	r.mu.Unlock()
	if last && s.file != nil {
		s.file.Close()
	}
}

// grew counts records that became durable.
func (r *registry) grew(s *segment, records int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.records += int64(records)
	s.live += bytes
}

// retired notes that a segment takes no more frames: its seal ends at end.
func (r *registry) retired(s *segment, end int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.closed, s.end = true, end
}

// nextUntrimmed returns a closed segment with space beyond its seal.
func (r *registry) nextUntrimmed() *segment {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.segments {
		if s.closed && s.size > s.end {
			return s
		}
	}
	return nil
}

func (r *registry) resized(s *segment, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.size = size
}

// obsolete discounts records and tells whether a closed segment lost its last.
func (r *registry) obsolete(positions []Position) (emptied bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range positions {
		s := r.segments[p.Segment]
		if s == nil {
			continue
		}
		s.records--
		s.live -= int64(padded(int(p.Length)))
		emptied = emptied || s.closed && s.records == 0
	}
	return emptied
}

// nextRemovable takes out the first segment that may be removed: nothing lives
// in it, and no segment is left that may hold an older record of its groups.
// Those are the earlier ones of its lineage and all of earlier generations.
func (r *registry) nextRemovable() *segment {
	r.mu.Lock()
	defer r.mu.Unlock()
	blocked := make(map[lineage]bool)
	oldest := uint64(0)
	for _, s := range r.sorted() {
		if oldest == 0 {
			oldest = s.generation
		}
		if s.closed && s.records == 0 && s.generation == oldest && !blocked[s.lineage()] {
			delete(r.segments, s.number)
			return s
		}
		blocked[s.lineage()] = true
	}
	return nil
}

// forget lets a removed segment's file go when nobody reads it.
func (r *registry) forget(s *segment) {
	r.mu.Lock()
	s.readers++
	s.removed = true
	r.mu.Unlock()
	r.release(s)
}

func (r *registry) sorted() []*segment {
	all := slices.Collect(maps.Values(r.segments))
	slices.SortFunc(all, func(a, b *segment) int { return cmp.Compare(a.number, b.number) })
	return all
}

func (r *registry) drop(s *segment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.segments, s.number)
}
