package peerbucket_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestDeleteTellsPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMesh(t, 3)
		b := m.bucket()
		mustPut(t, b, "g/a.x", "content")
		synctest.Wait()
		m.set(refuse, "3")
		if err := b.Delete(t.Context(), "g/a.x"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := m.holders("g/a.x"); !slices.Equal(got, []string{"3"}) || b.Stats().TellFailures != 1 {
			t.Fatalf("holders %v, %+v", got, b.Stats())
		}
	})
}

// TestDeleteOvertakesAStraggler deletes an object that a peer has received and
// not yet stored: it must not be stored there afterwards.
func TestDeleteOvertakesAStraggler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, release := newMesh(t, 3), make(chan struct{})
		m.set(held("store", release), "2")
		b := m.bucket()
		mustPut(t, b, "g/a.x", "content")
		synctest.Wait()
		m.set(nil, "2")
		if err := b.Delete(t.Context(), "g/a.x"); err != nil {
			t.Fatal(err)
		}
		close(release)
		synctest.Wait()
		if got := m.holders("g/a.x"); got != nil {
			t.Fatalf("holders: %v", got)
		}
	})
}

// TestAReplacedObjectIsNeverMixed replaces an object that is on its way.
func TestAReplacedObjectIsNeverMixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, release := newMesh(t, 3), make(chan struct{})
		m.set(held("store", release), "2")
		b := m.bucket()
		mustPut(t, b, "g/a.x", "first")
		synctest.Wait()
		m.set(nil, "2")
		mustPut(t, b, "g/a.x", "second")
		close(release)
		synctest.Wait()
		for _, id := range m.ids {
			if got, err := read(t, m.nodes[id].local, "g/a.x"); got != "second" {
				t.Errorf("node %s has %q, %v", id, got, err)
			}
		}
	})
}

// TestDeletionsDoNotWaitLongForADeadPeer deletes more than may go on in the
// background.
func TestDeletionsDoNotWaitLongForADeadPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, began := newMesh(t, 3), time.Now()
		m.set(hang, "2")
		b := m.bucket()
		for i := range 20 {
			if err := b.Delete(t.Context(), fmt.Sprintf("g/%d.x", i)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 20*time.Second || b.Stats().Background != 8 {
			t.Fatalf("took %v, %d in the background", took, b.Stats().Background)
		}
	})
}
