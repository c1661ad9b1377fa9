package journal

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"ursula/core/vfs"
)

const (
	segmentSuffix = ".seg"
	spareSuffix   = ".tmp"
	lockName      = "LOCK"
)

// segmentName makes names that sort as their numbers do.
func segmentName(number uint64, suffix string) string {
	return fmt.Sprintf("%016x%s", number, suffix)
}

func parseSegmentName(name string) (number uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(digits) != 16 {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 16, 64)
	return number, err == nil
}

// segment is one file. Who owns what: the header and the name never change;
// the file belongs to opening; the rest is guarded by the registry's mutex.
type segment struct {
	header
	name string

	opening sync.Once
	file    vfs.File
	openErr error

	size    int64 // on disk
	records int64 // that nobody released
	live    int64 // bytes of those
	closed  bool  // takes no more frames
	end     int64 // of the seal, once closed
	readers int
	removed bool // closes with its last reader
}

// open returns the file and opens it for the first reader. Segments that
// recovery left closed cost no descriptor until they are read.
func (s *segment) open(fsys vfs.FS) (vfs.File, error) {
	s.opening.Do(func() {
		if s.file == nil {
			s.file, s.openErr = fsys.Open(s.name)
		}
	})
	return s.file, s.openErr
}

// lineage names the segments among which order of removal matters.
type lineage struct {
	generation uint64
	shard      uint32
}

func (h header) lineage() lineage { return lineage{h.generation, h.shard} }
