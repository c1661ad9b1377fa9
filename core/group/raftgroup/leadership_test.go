package raftgroup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/stream"
)

var errDisk = errors.New("disk is broken")

// fickleStore fails to store logs when told to.
type fickleStore struct {
	*raft.InmemStore
	mu   sync.Mutex
	fail bool
}

func (s *fickleStore) set(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *fickleStore) StoreLogs(logs []*raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail {
		return errDisk
	}
	return s.InmemStore.StoreLogs(logs)
}

// watcher records leadership, and what was applied when it came.
type watcher struct {
	grouptest.Recorder
	hold chan struct{} // if not nil, news of leadership wait until it is closed
	mu   sync.Mutex
	news []string
}

func (w *watcher) Led(leads bool) {
	events, _ := w.Seen()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.news = append(w.news, fmt.Sprintf("leads=%v after %d events", leads, len(events)))
	if w.hold != nil {
		<-w.hold
	}
}

func (w *watcher) seen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.news, ", ")
}

// An only voter whose log fails steps down with an unknown outcome, and leads
// again, in another term, when its log works.
func TestLeadershipIsLostAndRegained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fickleStore{InmemStore: raft.NewInmemStore()}
		w := &watcher{}
		e := open(t, raftgroup.Options{
			Logs: store, Stable: store, Snapshots: raft.NewInmemSnapshotStore(), Observer: w,
		})
		propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
		before := e.Term()
		store.set(true)
		_, err := e.Propose(t.Context(), appended("v1/a", "x"))
		if !errors.Is(err, group.ErrUnknownOutcome) || !strings.Contains(err.Error(), errDisk.Error()) {
			t.Errorf("Propose with a broken log: %v", err)
		}
		synctest.Wait()
		if e.Leads() || e.Term() != 0 {
			t.Errorf("Leads() = %v, Term() = %d", e.Leads(), e.Term())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := e.Confirm(ctx); !errors.Is(err, group.ErrNoLeader) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Confirm without a leader: %v", err)
		}
		store.set(false)
		propose(t, e, *appended("v1/a", "y"))
		if e.Term() <= before {
			t.Errorf("term %d after term %d", e.Term(), before)
		}
		if got := grouptest.Content(t, e, "v1/a"); got != "y" && got != "xy" {
			t.Errorf("content is %q", got)
		}
		closeEngine(t, e)
		if got := w.seen(); !strings.HasPrefix(got, "leads=true after 0 events, leads=false after 1 events, leads=true") {
			t.Errorf("leadership: %s", got)
		}
	})
}

// A leader serves when everything in its log is applied, not before.
func TestABarrierComesBeforeServing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := raft.NewInmemStore()
		snapshots := raft.NewInmemSnapshotStore()
		const rounds, each = 3, 200
		for round := range rounds {
			w := &watcher{}
			e := open(t, raftgroup.Options{Logs: store, Stable: store, Snapshots: snapshots, Observer: w})
			want := fmt.Sprintf("leads=true after %d events", round*each)
			if got := w.seen(); got != want {
				t.Errorf("round %d: %s, want %s", round, got, want)
			}
			for i := range each {
				name := stream.Name(fmt.Sprintf("v1/%d/%d", round, i))
				propose(t, e, stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()})
			}
			closeEngine(t, e)
		}
	})
}
