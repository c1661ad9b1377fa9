package wal

import (
	"fmt"

	"ursula/core/journal"
)

// The kinds of records in the journal. The numbers are on disk.
const (
	kindEntry    = 1 // a raft entry; ends the log before it if it overlaps
	kindMoved    = 2 // a raft entry again, at the head of the journal
	kindTruncate = 3 // entries from an index on are gone
	kindCompact  = 4 // entries below an index are gone
	kindStable   = 5 // a stable key's value
)

// maxKeySize bounds the key of a stable value.
const maxKeySize = 1 << 10

func encodeIndex(index uint64) []byte { return le.AppendUint64(nil, index) }

func decodeIndex(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("index record: %w", errShort)
	}
	return checkIndex(le.Uint64(b))
}

func appendStable(b, key, value []byte) []byte {
	b = le.AppendUint16(b, uint16(len(key)))
	b = append(b, key...)
	return append(b, value...)
}

// decodeStable returns slices that alias b.
func decodeStable(b []byte) (key, value []byte, err error) {
	if len(b) < 2 {
		return nil, nil, fmt.Errorf("stable record: %w", errShort)
	}
	length := int(le.Uint16(b))
	if length > maxKeySize || length > len(b)-2 {
		return nil, nil, fmt.Errorf("stable record: %w", errShort)
	}
	return b[2 : 2+length], b[2+length:], nil
}

// replay applies one record of the journal and returns what it made obsolete.
func (l *Log) replay(r journal.Record, p journal.Position) ([]journal.Position, error) {
	switch r.Kind {
	case kindEntry, kindMoved:
		index, err := entryIndex(r.Payload)
		if err != nil {
			return nil, err
		}
		if r.Kind == kindMoved {
			return l.index.replayMoved(index, p), nil
		}
		return l.index.replayAppend(index, p)
	case kindTruncate, kindCompact:
		index, err := decodeIndex(r.Payload)
		if err != nil {
			return nil, err
		}
		return append(l.cut(r.Kind, index), p), nil
	case kindStable:
		key, value, err := decodeStable(r.Payload)
		if err != nil {
			return nil, err
		}
		return l.stable.set(string(key), value, p), nil
	}
	return nil, fmt.Errorf("record of unknown kind %d", r.Kind)
}

func (l *Log) cut(kind uint8, index uint64) []journal.Position {
	if kind == kindTruncate {
		return l.index.truncate(index)
	}
	return l.index.compact(index)
}
