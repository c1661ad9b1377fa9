package transport_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// A leader's disk stands still while entries are ahead. Raft repeats what is
// committed meanwhile, and must get its pipeline back afterwards.
func TestAPipelineOutlivesASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := caughtUp(t)
		l.ahead(5, []byte("x"))
		l.peer.answer(<-l.peer.requests, 5)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 40 {
				time.Sleep(600 * time.Millisecond)
				r := entries("1", 5)
				r.LeaderCommitIndex = 4
				if _, err := l.AppendEntries(r, new(raft.AppendEntriesResponse)); err != nil {
					return
				}
			}
			// the store returned
			_, _ = l.AppendEntries(entries("1", 5, []byte("x")), new(raft.AppendEntriesResponse))
		}()
		go func() {
			for r := range l.peer.requests {
				l.peer.answer(r, 5)
			}
		}()
		go func() {
			for {
				select {
				case <-l.Consumer():
				case <-done:
					return
				}
			}
		}()
		select {
		case <-done:
		case <-time.After(time.Hour):
			t.Error("an hour later Raft still waits for a slot")
		}
		_ = l.Close()
		<-done
		_ = l.peer.conn.Close()
		synctest.Wait()
	})
}

// An entry that goes ahead does not overtake Raft's own request that waits for room.
func TestWhatGoesAheadDoesNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, peer := scriptedPeer(t, transport.ClassLog)
		open := func(id uint32) raft.AppendPipeline {
			p, err := n.Group(id).AppendEntriesPipeline("2", "2")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		for id := uint32(20); id < 24; id++ { // the peer reads 101 requests and no more
			p := open(id)
			for range 32 {
				_, _ = p.AppendEntries(entries("1", 5), new(raft.AppendEntriesResponse))
			}
		}
		synctest.Wait()
		p := open(7)
		add := func(index uint64, size int) {
			_, _ = p.AppendEntries(entries("1", index, make([]byte, size)), new(raft.AppendEntriesResponse))
		}
		add(5, 60<<10)
		add(6, 60<<10)
		go add(7, 30<<10) // waits for its group's share
		synctest.Wait()
		n.Group(7).SendAhead(entries("1", 8, []byte("x")).Entries, 4)
		var last uint64
		timeout := time.After(time.Second)
		for {
			select {
			case h := <-peer.requests:
				if h.Group != 7 {
					continue
				}
				if h.ID < last {
					t.Errorf("request %d came after %d", h.ID, last)
				}
				last = h.ID
				continue
			case <-timeout:
			}
			break
		}
		n.Close()
		peer.conn.Close()
		synctest.Wait()
	})
}
