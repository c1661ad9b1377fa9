package subscriptiontest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"ursula/core/stream"
	"ursula/core/subscription"
)

// Records are versioned records in memory. They may be used concurrently.
type Records struct {
	mu      sync.Mutex
	failing func(operation, key string) error
	hidden  []string // keys of other nodes' records
	version uint64
	values  map[string]record
}

type record struct {
	value   []byte
	version uint64
}

// NewRecords returns no records.
func NewRecords() *Records { return &Records{values: make(map[string]record)} }

// Get implements subscription.Records.
func (r *Records) Get(_ context.Context, _, key string) ([]byte, uint64, error) {
	if err := r.fail("get", key); err != nil {
		return nil, 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.values[key]
	return found.value, found.version, nil
}

// List implements subscription.Records.
func (r *Records) List(_ context.Context, _, prefix string, visit subscription.Visit) error {
	if err := r.fail("list", prefix); err != nil {
		return err
	}
	r.mu.Lock()
	values := maps.Clone(r.values)
	r.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if strings.HasPrefix(key, prefix) && !visit(key, values[key].value, values[key].version) {
			break
		}
	}
	return nil
}

// ListAll implements subscription.Records: this node leads every group, apart
// from those of the hidden records.
func (r *Records) ListAll(ctx context.Context, prefix string, visit subscription.Visit) error {
	r.mu.Lock()
	hidden := r.hidden
	r.mu.Unlock()
	return r.List(ctx, "", prefix, func(key string, value []byte, version uint64) bool {
		return slices.Contains(hidden, key) || visit(key, value, version)
	})
}

// Leads implements subscription.Records. A subscription's home is the key of its
// record.
func (r *Records) Leads(home string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !slices.Contains(r.hidden, home)
}

// Hide lets another node lead the groups of these records, and of no others.
func (r *Records) Hide(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hidden = keys
}

// Commit implements subscription.Records.
func (r *Records) Commit(_ context.Context, _ string, batch stream.RecordBatch) error {
	if err := r.fail("commit", batch.Sets[0].Key); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, check := range batch.Checks {
		if r.values[check.Key].version != check.Version {
			return stream.ErrRecordConflict
		}
	}
	r.version++
	for _, set := range batch.Sets {
		if set.Value == nil {
			delete(r.values, set.Key)
			continue
		}
		r.values[set.Key] = record{slices.Clone(set.Value), r.version}
	}
	return nil
}

// Keys returns the keys that start with prefix, in order.
func (r *Records) Keys(prefix string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(r.values)) {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Fail has ask be asked before every later operation: "get", "list" or "commit",
// with the key or prefix. Its error is returned instead.
func (r *Records) Fail(ask func(operation, key string) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing = ask
}

func (r *Records) fail(operation, key string) error {
	r.mu.Lock()
	ask := r.failing
	r.mu.Unlock()
	if ask == nil {
		return nil
	}
	return ask(operation, key)
}

// Overwrite replaces a record without any check.
func (r *Records) Overwrite(key string, value []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version++
	r.values[key] = record{value, r.version}
}
