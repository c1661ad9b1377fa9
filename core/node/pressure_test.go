package node

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// crowd is writers that each append to a stream of their own, as fast as they
// can, until told to stop. What is refused they send again.
type crowd struct {
	wg      sync.WaitGroup
	stop    atomic.Bool
	refused atomic.Int64
}

const appendBytes = 4000

func startCrowd(t *testing.T, n *Node, writers int) *crowd {
	c := &crowd{}
	for i := range writers {
		name := stream.Name(fmt.Sprintf("v1/writer-%d", i))
		mustCreate(t, n, creation(name, octets))
		c.wg.Go(func() { c.write(t, n, name) })
	}
	return c
}

func (c *crowd) write(t *testing.T, n *Node, name stream.Name) {
	for i := 0; !c.stop.Load(); {
		_, err := n.Append(t.Context(), addition(name, octets, filler(i, appendBytes)))
		switch {
		case err == nil:
			i++
			time.Sleep(time.Millisecond) // of virtual time, which would not pass otherwise
		case errors.Is(err, store.ErrUnavailable):
			c.refused.Add(1)
			time.Sleep(10 * time.Millisecond)
		default:
			t.Errorf("append to %s: %v", name, err)
			return
		}
	}
}

// getsThrough reports whether within a minute nobody is refused any more.
func (c *crowd) getsThrough() bool {
	for range 600 {
		before := c.refused.Load()
		time.Sleep(100 * time.Millisecond)
		if c.refused.Load() == before {
			return true
		}
	}
	return false
}

func (c *crowd) halt() {
	c.stop.Store(true)
	c.wg.Wait()
}

// Hot bytes stay below the reject mark whatever is written at once, also when the
// cold store takes nothing; the chunks that rings add are the only excess.
func TestMemoryIsBounded(t *testing.T) {
	const writers = 16
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		n := open(t, small(t, disk, RaftMemory))
		disk.Inject(faultfs.Rule{Op: faultfs.OpWrite, Match: "volatile", Err: errors.New("broken")})
		var most atomic.Int64
		disk.Observe(func(faultfs.Op, string) { most.Store(max(most.Load(), n.budget.Hot())) })
		c := startCrowd(t, n, writers)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		hot, bound := n.budget.Hot(), smallMarks.Reject+writers*(64<<10)
		if c.refused.Load() == 0 || hot > bound || hot < smallMarks.Reject/2 {
			t.Errorf("%d hot bytes without a cold store, %d refusals", hot, c.refused.Load())
		}
		page, err := n.Read(t.Context(), "v1/writer-0", store.ReadRequest{Max: 1 << 20})
		if err != nil || page.Next == 0 {
			t.Errorf("read under pressure: %+v, %v", page, err)
		}
		mustAppend(t, n, &stream.Command{Name: "v1/writer-0", Close: true})
		mustDelete(t, n, "v1/writer-0")
		mustCreate(t, n, creation("v1/writer-0", octets))
		c.halt()
		disk.ClearRules()
		time.Sleep(time.Minute)
		mustAppend(t, n, addition("v1/writer-1", octets, filler(1, appendBytes)))
		if n.Stats().Flush.Objects == 0 || most.Load() > bound {
			t.Errorf("%d hot bytes at most, %+v", most.Load(), n.Stats().Flush)
		}
		for i := range writers {
			mustDelete(t, n, stream.Name(fmt.Sprintf("v1/writer-%d", i)))
		}
		wantEmpty(t, n)
		closeNode(t, n)
	})
}

// On a full disk appends and creations are refused as unavailable, reads and
// deletions go on, and everything works again when there is space.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		o := small(t, disk, RaftWAL)
		o.SegmentBytes, o.JournalBytes = 256<<10, 1<<20
		n := open(t, o)
		want := ""
		mustCreate(t, n, creation("v1/a", octets))
		for i := range 20 {
			mustCreate(t, n, creation(stream.Name(fmt.Sprintf("v1/victim-%d", i)), octets))
		}
		settled()
		disk.SetFree(0)
		refused := false
		for i := 0; i < 1000 && !refused; i++ {
			data := filler(i, 3000)
			switch _, err := n.Append(t.Context(), addition("v1/a", octets, data)); {
			case err == nil:
				want += string(data)
			case errors.Is(err, store.ErrUnavailable):
				refused = true
			default:
				t.Fatalf("append to a full disk: %v", err)
			}
		}
		if !refused {
			t.Fatal("the disk never got full")
		}
		wantContent(t, n, "v1/a", want)
		for i := range 20 {
			mustDelete(t, n, stream.Name(fmt.Sprintf("v1/victim-%d", i)))
		}
		c := creation(inGroup(n, n.table.Group("v1/a"), "b"), octets)
		c.Data = filler(1, 3000)
		if _, err := n.Create(t.Context(), c); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("create on a full disk: %v", err)
		}
		wantContent(t, n, "v1/a", want)
		disk.SetFree(-1)
		time.Sleep(time.Minute)
		// The first request makes the journal look for space again.
		_, err := n.Append(t.Context(), addition("v1/a", octets, []byte("x")))
		if err != nil {
			settled()
			mustAppend(t, n, addition("v1/a", octets, []byte("x")))
		}
		wantContent(t, n, "v1/a", want+"x")
		mustDelete(t, n, "v1/a")
		wantEmpty(t, n)
		closeNode(t, n)
	})
}

// Many writers at once run into a full disk: nobody is told that what failed was
// done or the other way round, and the groups keep their leaders.
func TestACrowdFillsTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		o := small(t, disk, RaftWAL)
		o.SegmentBytes, o.JournalBytes = 512<<10, 2<<20
		n := open(t, o)
		c := startCrowd(t, n, 12)
		time.Sleep(20 * time.Millisecond)
		disk.SetFree(0)
		time.Sleep(20 * time.Second)
		if leading := n.Stats().Leading; c.refused.Load() == 0 || leading != n.Groups() {
			t.Errorf("%d refusals, %d of %d groups are led", c.refused.Load(), leading, n.Groups())
		}
		for i := range 12 {
			name := stream.Name(fmt.Sprintf("v1/writer-%d", i))
			got, err := readAll(t.Context(), n, name, 1<<20)
			if err != nil || len(got)%appendBytes != 0 {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		disk.SetFree(-1)
		if !c.getsThrough() {
			t.Error("appends are still refused a minute after there is space again")
		}
		c.halt()
		for i := range 12 {
			mustDelete(t, n, stream.Name(fmt.Sprintf("v1/writer-%d", i)))
		}
		wantEmpty(t, n)
		closeNode(t, n)
	})
}

// A shard that nobody writes to has its live records in the segment that it
// writes itself. That the journal is over its limit elsewhere gives it nothing to
// do: not a snapshot after the other that frees nothing.
func TestAnIdleShardRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		n := open(t, small(t, disk, RaftWAL))
		busy, idle := inGroup(n, 0, "busy"), inGroup(n, 1, "idle")
		mustCreate(t, n, creation(idle, octets))
		mustCreate(t, n, creation(busy, octets))
		var snapshots [2]atomic.Int32
		disk.Observe(func(op faultfs.Op, name string) {
			for i := range snapshots {
				if op == faultfs.OpCreate && strings.HasPrefix(name, fmt.Sprintf("data/groups/%05d/", i)) {
					snapshots[i].Add(1)
				}
			}
		})
		for i := range 300 {
			mustAppend(t, n, addition(busy, octets, filler(i, 8000)))
			settled()
		}
		if held, _ := n.logs.Held(); held > 3*(256<<10) {
			t.Errorf("the journal holds %d bytes", held)
		}
		if snapshots[0].Load() == 0 || snapshots[1].Load() != 0 {
			t.Errorf("%d snapshots of the busy group, %d of the idle one", snapshots[0].Load(), snapshots[1].Load())
		}
		closeNode(t, n)
	})
}
