package peerbucket_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ursula/core/bucket"
	"ursula/core/bucket/buckettest"
	"ursula/core/bucket/peerbucket"
)

func TestAcceptance(t *testing.T) {
	for _, nodes := range []int{1, 3, 5} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			buckettest.Run(t, func(t *testing.T) bucket.Bucket { return newMesh(t, nodes).bucket() })
		})
	}
}

// TestAMajorityIsNeeded counts this node in.
func TestAMajorityIsNeeded(t *testing.T) {
	for _, row := range []struct {
		nodes, dead int
		works       bool
	}{
		{1, 0, true}, {2, 0, true}, {2, 1, false}, {3, 1, true}, {3, 2, false},
		{4, 1, true}, {4, 2, false}, {5, 2, true}, {5, 3, false},
	} {
		m := newMesh(t, row.nodes)
		m.set(refuse, m.ids[row.nodes-row.dead:]...)
		b := m.bucket()
		err := b.Put(t.Context(), "g/a.x", []byte("content"))
		if row.works != (err == nil) || !row.works && !errors.Is(err, peerbucket.ErrNoMajority) {
			t.Errorf("%d of %d dead: %v", row.dead, row.nodes, err)
		}
		b.Close()
		if got := len(m.holders("g/a.x")); row.works && 2*got <= row.nodes {
			t.Errorf("%d of %d dead: acknowledged with %d copies", row.dead, row.nodes, got)
		}
	}
}

// TestASlowPeerIsNotWaitedFor returns from Put, lets the caller reuse its parts,
// and expects the slow peer to get what was put.
func TestASlowPeerIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, release := newMesh(t, 3), make(chan struct{})
		m.set(held("put", release), "2")
		part := []byte(strings.Repeat("original", 100_000))
		if err := m.bucket().Put(t.Context(), "g/a.x", part); err != nil {
			t.Fatal(err)
		}
		copy(part, "overwritten")
		if got := m.holders("g/a.x"); !slices.Equal(got, []string{"1", "3"}) {
			t.Fatalf("holders: %v", got)
		}
		close(release)
		synctest.Wait()
		if got, err := read(t, m.nodes["2"].local, "g/a.x"); got != strings.Repeat("original", 100_000) {
			t.Fatalf("the slow peer has %.20q, %v", got, err)
		}
	})
}

// TestStragglersAreBounded puts many objects while a peer hangs. Pushes to it go
// on for some; the rest of the peer's copies is its mirror's task.
func TestStragglersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, release := newMesh(t, 3), make(chan struct{})
		m.set(held("put", release), "2")
		b := m.bucket()
		for i := range 50 {
			mustPut(t, b, fmt.Sprintf("g/%d.x", i), "content")
		}
		if got := b.Stats(); got.Background != 8 || got.PushFailures != 42 {
			t.Fatalf("while the peer hangs: %+v", got)
		}
		close(release)
		synctest.Wait()
		if got := b.Stats(); got.Background != 0 || got.Pushed != 58 {
			t.Fatalf("after it answered: %+v", got)
		}
	})
}

// TestAFailedPutLeavesNothingUnderWay fails by majority and by cancellation.
func TestAFailedPutLeavesNothingUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMesh(t, 5)
		m.set(refuse, "2", "3", "4")
		m.set(hang, "5")
		b := m.bucket()
		if err := b.Put(t.Context(), "g/a.x", []byte("a")); !errors.Is(err, errRefused) {
			t.Fatalf("Put = %v", err)
		}
		m.set(hang, "2", "3", "4")
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		if err := b.Put(ctx, "g/b.x", []byte("b")); !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled Put = %v", err)
		}
		if got := b.Stats(); got.Background != 0 || got.PushFailures != 8 {
			t.Fatalf("%+v", got)
		}
	})
}

// TestWithoutALocalCopyNothingIsPushed has the local disk refuse.
func TestWithoutALocalCopyNothingIsPushed(t *testing.T) {
	m := newMesh(t, 3)
	m.nodes["1"].disk.SetFree(0)
	if err := m.bucket().Put(t.Context(), "g/a.x", []byte("a")); err == nil {
		t.Fatal("Put on a full disk succeeded")
	}
	if got := m.holders("g/a.x"); got != nil {
		t.Fatalf("holders: %v", got)
	}
}
