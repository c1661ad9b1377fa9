package node

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// Bytes that are there are read although the group takes no renewal. Where nobody knows
// what became of it, or the stream is no more, the read fails.
func TestReadsWithoutARenewal(t *testing.T) {
	for _, c := range []struct {
		renewal, want error
	}{
		{group.ErrNoSpace, nil},
		{group.ErrOverloaded, nil},
		{fmt.Errorf("%w: %w", group.ErrUnknownOutcome, group.ErrNoSpace), store.ErrUnavailable},
		{group.ErrNoLeader, store.ErrUnavailable},
		{stream.ErrNotFound, stream.ErrNotFound},
	} {
		t.Run(fmt.Sprint(c.renewal), func(t *testing.T) {
			onTouched(t, &touches{err: c.renewal}, func(t *testing.T, n *Node) {
				if err := readMortal(t.Context(), n); !errors.Is(err, c.want) {
					t.Errorf("read: %v, want %v", err, c.want)
				}
			})
		})
	}
}

// On a full disk streams with a lifetime are read as well as others. However often, it
// does not use up the room that deletions need. What has expired is not read.
func TestReadsRenewNothingOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		o := small(t, disk, RaftWAL)
		o.Groups = 1
		n := open(t, o)
		createMortal(t, n)
		mustCreate(t, n, creation("v1/b", octets))
		time.Sleep(ttl / 2 * time.Second)
		disk.SetFree(0)
		fill(t, n, "v1/b")
		for i := range 2000 {
			if err := readMortal(t.Context(), n); err != nil {
				t.Fatalf("read %d on a full disk: %v", i, err)
			}
		}
		if _, err := n.Append(t.Context(), addition("v1/b", octets, []byte("x"))); !errors.Is(err, group.ErrNoSpace) {
			t.Errorf("append to a full disk: %v", err)
		}
		mustDelete(t, n, "v1/b")
		if leading := n.Stats().Leading; leading != 1 {
			t.Error("reads cost the group its leader")
		}
		time.Sleep(ttl * time.Second)
		if err := readMortal(t.Context(), n); wantError(err, stream.ErrNotFound) != nil {
			t.Errorf("after its lifetime, in which nothing could renew it: %v", err)
		}
		disk.SetFree(-1)
		closeNode(t, n)
	})
}

// fill appends until the disk takes nothing more.
func fill(t *testing.T, n *Node, name stream.Name) {
	t.Helper()
	for size := 512; size > 0; size /= 2 {
		for err := error(nil); err == nil; {
			_, err = n.Append(t.Context(), addition(name, octets, filler(0, size)))
			if errors.Is(err, group.ErrUnknownOutcome) {
				err = nil // it was the first to find the disk full
			}
			if err != nil && !errors.Is(err, group.ErrNoSpace) {
				t.Fatal(err)
			}
		}
	}
}
