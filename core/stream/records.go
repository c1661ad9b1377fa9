package stream

import (
	"bytes"
	"fmt"
	"strings"
)

// Records are small versioned values that other parts of the server keep in the
// group's replicated state: subscriptions, their cursors, signing keys. The
// machine gives them atomic compare-and-set and knows nothing of their content.

// setRecords changes records if every check holds.
func (m *Machine) setRecords(b *RecordBatch) Result {
	for _, check := range b.Checks {
		if r, _ := m.records.Get(check.Key); r.version != check.Version {
			return Result{Err: fmt.Errorf("%w: %q is at %d, not %d",
				ErrRecordConflict, check.Key, r.version, check.Version)}
		}
	}
	m.lastVersion++
	for _, set := range b.Sets {
		if set.Value == nil {
			m.records.Delete(set.Key)
			continue
		}
		m.records.Set(strings.Clone(set.Key), record{version: m.lastVersion, value: bytes.Clone(set.Value)})
	}
	return Result{}
}

// Record returns a record's value, not to be modified, and its version, which
// is 0 when there is none.
func (m *Machine) Record(key string) (value []byte, version uint64) {
	r, _ := m.records.Get(key)
	return r.value, r.version
}

// EachRecord calls fn with the records whose keys begin with prefix, in order,
// until fn returns false.
func (m *Machine) EachRecord(prefix string, fn func(key string, value []byte, version uint64) bool) {
	m.records.Ascend(prefix, func(key string, r record) bool {
		return strings.HasPrefix(key, prefix) && fn(key, r.value, r.version)
	})
}
