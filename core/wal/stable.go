package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
)

// ErrKeyNotFound is what Get returns for a key that was never set. Raft knows
// it by its text.
var ErrKeyNotFound = errors.New("not found")

var _ raft.StableStore = (*Log)(nil)

// values are the stable values of a group.
type values map[string]value

type value struct {
	bytes    []byte
	position journal.Position
}

// set copies the bytes and returns the position that became obsolete.
func (v values) set(key string, b []byte, p journal.Position) []journal.Position {
	before, replaced := v[key]
	v[key] = value{bytes: bytes.Clone(b), position: p}
	if replaced {
		return []journal.Position{before.position}
	}
	return nil
}

// Set implements raft.StableStore. It returns when the value is on disk.
func (l *Log) Set(key, val []byte) error {
	if len(key) > maxKeySize {
		return fmt.Errorf("wal: stable key of %d bytes: at most %d", len(key), maxKeySize)
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	positions, err := l.append(kindStable, appendStable(nil, key, val))
	if err != nil {
		return fmt.Errorf("wal: set %q: %w", key, err)
	}
	l.mu.Lock()
	obsolete := l.stable.set(string(key), val, positions[0])
	l.mu.Unlock()
	l.set.journal.Release(obsolete...)
	return nil
}

// Get implements raft.StableStore. It returns ErrKeyNotFound for a key that was
// never set. The caller must not change the value.
func (l *Log) Get(key []byte) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v, ok := l.stable[string(key)]
	if !ok {
		return nil, ErrKeyNotFound
	}
	return v.bytes, nil
}

// SetUint64 implements raft.StableStore. The keys are those of Set.
func (l *Log) SetUint64(key []byte, val uint64) error {
	return l.Set(key, binary.BigEndian.AppendUint64(nil, val))
}

// GetUint64 implements raft.StableStore. It returns 0 for a key that was never
// set.
func (l *Log) GetUint64(key []byte) (uint64, error) {
	b, err := l.Get(key)
	if errors.Is(err, ErrKeyNotFound) {
		return 0, nil
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("wal: stable key %q holds %d bytes and no number", key, len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}
