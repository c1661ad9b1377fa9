package journal

import (
	"bytes"
	"errors"
	"fmt"
)

// scan is what a segment's bytes turned out to hold.
type scan struct {
	header
	end    int    // offset behind the last valid frame, before the seal
	frames int    // seals apart
	first  uint64 // sequence of the first frame
	next   uint64 // sequence that a further frame would carry
	sealed bool
	torn   bool // something other than zeros follows the last frame
}

// empty says that no frame was ever written here, not even in part.
func (s scan) empty() bool { return s.frames == 0 && !s.torn && !s.sealed }

// scanSegment reads a whole segment and hands each record to visit. It tells a
// torn tail from damage: an invalid frame with a valid one behind it, or one in
// a file that was cut to its seal, was acknowledged once. Damage is reported as
// a *CorruptionError that carries the given name.
func scanSegment(name string, data []byte, visit func(Record, Position) error) (scan, error) {
	h, err := decodeHeader(data)
	if err != nil {
		return scan{}, &CorruptionError{File: name, Err: fmt.Errorf("segment header: %w", err)}
	}
	s := scan{header: h, end: headerSize}
	for !s.sealed {
		f, err := decodeFrame(data[s.end:], h.salt)
		if err != nil {
			return s, s.endOfFrames(name, data, err)
		}
		if err := s.take(name, f, visit); err != nil {
			return s, err
		}
	}
	return s, nil
}

// take checks a frame's place in the sequence and visits its records.
func (s *scan) take(name string, f frame, visit func(Record, Position) error) error {
	if s.frames > 0 && f.sequence != s.next {
		return &CorruptionError{File: name, Offset: int64(s.end),
			Err: fmt.Errorf("frame %d follows frame %d", f.sequence, s.next-1)}
	}
	if f.seal {
		s.sealed, s.next = true, f.sequence
		return nil
	}
	if err := s.visitRecords(name, f, visit); err != nil {
		return err
	}
	if s.frames == 0 {
		s.first = f.sequence
	}
	s.next = f.sequence + 1
	s.frames++
	s.end += f.size()
	return nil
}

// visitRecords relies on the frame's checksum and checks only the structure.
func (s *scan) visitRecords(name string, f frame, visit func(Record, Position) error) error {
	for at := 0; at < len(f.body); {
		offset := s.end + frameHeaderSize + at
		r, length, err := decodeRecord(f.body[at:])
		if err != nil {
			return &CorruptionError{File: name, Offset: int64(offset), Err: fmt.Errorf("record: %w", err)}
		}
		p := Position{Segment: s.number, Offset: uint32(offset), Length: uint32(length)}
		if err := visit(r, p); err != nil {
			return err
		}
		at += padded(length)
	}
	return nil
}

var errCut = errors.New("the file is shorter than it was made, and has no seal")

// endOfFrames judges the first bytes that are no valid frame.
func (s *scan) endOfFrames(name string, data []byte, cause error) error {
	rest := data[s.end:]
	s.torn = !allZero(rest)
	if at, found := findFrame(rest, s.salt); found {
		return &CorruptionError{File: name, Offset: int64(s.end),
			Err: fmt.Errorf("frame: %w, and a valid frame follows at offset %d", cause, s.end+at)}
	}
	if len(data) < int(s.capacity) {
		return &CorruptionError{File: name, Offset: int64(s.end), Err: errCut}
	}
	return nil
}

// findFrame looks for a valid frame at every place where one can begin.
func findFrame(data []byte, salt uint64) (at int, found bool) {
	const saltAt = 8
	pattern := le.AppendUint64(nil, salt)
	for from := saltAt; from < len(data); from++ {
		i := bytes.Index(data[from:], pattern)
		if i < 0 {
			return 0, false
		}
		from += i
		at := from - saltAt
		if at%alignment != 0 {
			continue
		}
		if _, err := decodeFrame(data[at:], salt); err == nil {
			return at, true
		}
	}
	return 0, false
}

// allZero compares against itself shifted, which runs at the speed of memory.
func allZero(b []byte) bool {
	return len(b) == 0 || b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1])
}
