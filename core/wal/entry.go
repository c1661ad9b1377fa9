package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"
)

// entryHeaderSize is the fixed part of a raft entry; docs/formats/journal.md
// has the table.
const entryHeaderSize = 32

var (
	le = binary.LittleEndian

	errShort = errors.New("record is too short")
	errRange = errors.New("record carries an impossible number")
)

// maxIndex leaves room to add to any index.
const maxIndex = 1<<63 - 1

func entrySize(e *raft.Log) int { return entryHeaderSize + len(e.Extensions) + len(e.Data) }

// appendEntry adds an entry's encoding to b.
func appendEntry(b []byte, e *raft.Log) []byte {
	b = le.AppendUint64(b, e.Index)
	b = le.AppendUint64(b, e.Term)
	b = le.AppendUint64(b, uint64(unixNano(e.AppendedAt)))
	b = append(b, byte(e.Type), 0, 0, 0)
	b = le.AppendUint32(b, uint32(len(e.Extensions)))
	b = append(b, e.Extensions...)
	return append(b, e.Data...)
}

// decodeEntry fills e. Data and Extensions alias b, and are nil when empty.
func decodeEntry(b []byte, e *raft.Log) error {
	index, err := entryIndex(b)
	if err != nil {
		return err
	}
	extensions := uint64(le.Uint32(b[28:]))
	rest := b[entryHeaderSize:]
	if extensions > uint64(len(rest)) {
		return fmt.Errorf("raft entry: %w", errShort)
	}
	*e = raft.Log{
		Index:      index,
		Term:       le.Uint64(b[8:]),
		Type:       raft.LogType(b[24]),
		Data:       orNil(rest[extensions:]),
		Extensions: orNil(rest[:extensions:extensions]),
		AppendedAt: fromUnixNano(int64(le.Uint64(b[16:]))),
	}
	return nil
}

// entryIndex reads the index alone, which is all that replay needs.
func entryIndex(b []byte) (uint64, error) {
	if len(b) < entryHeaderSize {
		return 0, fmt.Errorf("raft entry: %w", errShort)
	}
	return checkIndex(le.Uint64(b))
}

func checkIndex(index uint64) (uint64, error) {
	if index == 0 || index > maxIndex {
		return 0, fmt.Errorf("index %d: %w", index, errRange)
	}
	return index, nil
}

func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// unixNano writes the zero time, which has no such number, as 0.
func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromUnixNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
