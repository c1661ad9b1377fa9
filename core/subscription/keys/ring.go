package keys

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"ursula/core/stream"
)

// Home is the routing key of the record that holds the keys, and Key its name.
const (
	Home = "__ds/keys"
	Key  = "__ds/keys"
)

// ReplayWindow is how long receivers are asked to accept a signature. A retired
// key is published for twice as long, for clocks that disagree.
const ReplayWindow = 5 * time.Minute

// Records is the part of the cluster's records that keys need.
type Records interface {
	// Get returns a record and its version; version 0 means that there is none.
	Get(ctx context.Context, home, key string) (value []byte, version uint64, err error)
	// Commit applies a batch, or returns an error that wraps
	// stream.ErrRecordConflict and changes nothing.
	Commit(ctx context.Context, home string, batch stream.RecordBatch) error
}

// Ring gives access to the keys. It may be used concurrently.
type Ring struct {
	records Records
}

// NewRing returns a ring over records. It reads nothing yet.
func NewRing(records Records) *Ring { return &Ring{records} }

// Rotate makes a new signing key. The old ones stay published until signatures
// made before now are outside the replay window.
func (r *Ring) Rotate(ctx context.Context, now time.Time) error {
	for {
		set, version, err := r.load(ctx)
		if err != nil {
			return fmt.Errorf("keys: rotate: %w", err)
		}
		err = r.commit(ctx, set.rotated(now, newSeed()), version)
		if !errors.Is(err, stream.ErrRecordConflict) {
			return err
		}
	}
}

// load returns the keys, and makes them when there are none yet.
func (r *Ring) load(ctx context.Context) (keySet, uint64, error) {
	for {
		record, version, err := r.records.Get(ctx, Home, Key)
		if err != nil {
			return keySet{}, 0, fmt.Errorf("keys: read: %w", err)
		}
		if version != 0 {
			set, err := decode(record)
			return set, version, err
		}
		err = r.commit(ctx, newSet(newSeed(), newSeed()), 0)
		if err != nil && !errors.Is(err, stream.ErrRecordConflict) {
			return keySet{}, 0, err
		}
	}
}

func (r *Ring) commit(ctx context.Context, set keySet, version uint64) error {
	record, err := set.encode()
	if err != nil {
		return fmt.Errorf("keys: encode: %w", err)
	}
	err = r.records.Commit(ctx, Home, stream.RecordBatch{
		Checks: []stream.RecordCheck{{Key: Key, Version: version}},
		Sets:   []stream.RecordSet{{Key: Key, Value: record}},
	})
	if err != nil {
		return fmt.Errorf("keys: write: %w", err)
	}
	return nil
}

// newSeed returns 32 random bytes: a key's seed, or a secret.
func newSeed() []byte {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails: the runtime aborts instead
	return seed
}
