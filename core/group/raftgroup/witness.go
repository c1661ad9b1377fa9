package raftgroup

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// witness is a snapshot store that remembers why a snapshot could not be opened:
// Raft logs it and goes on to say that there is none. It also sees which are sent.
type witness struct {
	raft.SnapshotStore
	tail    *tailLog
	arrived *atomic.Pointer[reception] // the machine's

	mu     sync.Mutex
	failed error
	sender *raft.Raft // nil until it has begun
	sent   string     // the snapshot that was sent last
	times  int
}

// Open implements raft.SnapshotStore.
func (w *witness) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	w.renew(id)
	meta, content, err := w.SnapshotStore.Open(id)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = err
	return meta, content, err
}

func (w *witness) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// sends says who sends snapshots from now on.
func (w *witness) sends(r *raft.Raft) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sender = r
}

// renew has a leader take a snapshot anew when it has sent the newest one to everybody and
// is to send it again. Who asks for it may have a later one, from a former leader, and not
// the entry that this one ends with: it can neither install it nor go on behind it. What is
// taken now ends no earlier than anybody's. The first that is sent again is still the old one.
func (w *witness) renew(id string) {
	w.mu.Lock()
	r := w.sender
	w.mu.Unlock()
	if r == nil || r.State() != raft.Leader || !w.again(id, r) {
		return
	}
	_ = r.Snapshot().Error() // or else with the next attempt
}

// again counts how often a snapshot is sent, and says whether it was sent more often than
// there are others.
func (w *witness) again(id string, r *raft.Raft) bool {
	f := r.GetConfiguration()
	if f.Error() != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent != id {
		w.sent, w.times = id, 0
	}
	w.times++
	if w.times < len(f.Configuration().Servers) {
		return false
	}
	w.times = 0
	return true
}
