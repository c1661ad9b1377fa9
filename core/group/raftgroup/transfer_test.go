package raftgroup_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// lagging is a cluster on disks, and one of its nodes needs a snapshot as soon as it is
// reached again.
func lagging(t *testing.T) (c *cluster, members map[string]*member, leads, lags, want string) {
	c, members = openOnDisks(t, "a", "b", "c")
	c.create()
	leads, leader := c.leader()
	lags = c.others(leads)[0]
	c.net.Isolate(lags)
	for range 50 {
		propose(t, leader, *appended("v1/a", strings.Repeat("x", 1000)))
	}
	c.compact(leads)
	return c, members, leads, lags, strings.Repeat("x", 50_000)
}

// snapshotsOf is how many snapshots a node has.
func (c *cluster) snapshotsOf(id string) int {
	c.t.Helper()
	list, err := c.nodes[id].options.Snapshots.List()
	if err != nil {
		c.t.Error(err)
	}
	return len(list)
}

// end closes the cluster when all agree, and finds that its disks are in order.
func (c *cluster) end(members map[string]*member, want string) {
	c.t.Helper()
	time.Sleep(time.Minute)
	c.agree(want)
	c.close()
	for id, m := range members {
		m.disk.close(c.t)
		m.open(c, id)
	}
	c.agree(want)
	c.close()
	for _, m := range members {
		m.disk.close(c.t)
	}
}

// once changes the first snapshot that is sent, and counts them.
type once struct {
	change func(io.Reader) io.Reader
	sent   atomic.Int64
}

func (o *once) pass(_, _ string, content io.Reader) io.Reader {
	if o.sent.Add(1) == 1 {
		return o.change(content)
	}
	return content
}

// flip changes one bit of a content.
func flip(at int64) func(io.Reader) io.Reader {
	return func(content io.Reader) io.Reader {
		b, err := io.ReadAll(content)
		if err == nil {
			b[(at+int64(len(b)))%int64(len(b))] ^= 0x40
		}
		return bytes.NewReader(b)
	}
}

// A snapshot that arrives as something that none is, is refused before it counts, and
// asked for again. A node that is started again meanwhile has what it had.
func TestASnapshotThatIsNoneIsRefused(t *testing.T) {
	for _, row := range []struct {
		what   string
		change func(io.Reader) io.Reader
	}{
		{"magic", flip(8)},
		{"version", flip(14)},
		{"kind of the first item", flip(15)},
		{"length of the first item", flip(18)},
		{"the end", flip(-5)},
		{"something behind the end", func(content io.Reader) io.Reader {
			b, _ := io.ReadAll(content)
			copy(b[8+7:], []byte{0, 0, 0, 0, 0}) // the end comes first
			return bytes.NewReader(b)
		}},
	} {
		t.Run(row.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, members, _, lags, want := lagging(t)
				o := once{change: row.change}
				c.net.Bulk(o.pass)
				c.net.Heal()
				for o.sent.Load() == 0 {
					time.Sleep(time.Millisecond)
				}
				synctest.Wait()
				if n := c.snapshotsOf(lags); n != 0 && o.sent.Load() == 1 {
					t.Errorf("it has %d snapshots", n)
				}
				members[lags].crash(c, lags, rand.New(rand.NewPCG(1, 1)))
				members[lags].open(c, lags)
				c.end(members, want)
			})
		})
	}
}

var errCut = errors.New("connection is cut")

// A connection that is cut in the middle of a snapshot leaves nothing behind, wherever
// that is.
func TestATransferIsCut(t *testing.T) {
	for _, at := range []int64{0, 1, 7, 8, 15, 1000, 32 << 10, 50_000} {
		synctest.Test(t, func(t *testing.T) {
			c, members, _, lags, want := lagging(t)
			o := once{change: func(content io.Reader) io.Reader {
				return io.MultiReader(io.LimitReader(content, at), failing{})
			}}
			c.net.Bulk(o.pass)
			c.net.Heal()
			for o.sent.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			synctest.Wait()
			if names, err := members[lags].fs.List("snapshots"); o.sent.Load() == 1 && (err != nil || len(names) > 0) {
				t.Errorf("cut at %d: %v, %v", at, names, err)
			}
			c.end(members, want)
			if o.sent.Load() < 2 {
				t.Errorf("cut at %d: it was sent %d times", at, o.sent.Load())
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errCut }

// The leader loses power in the middle of sending a snapshot. The others elect another
// one, which sends its own; the receiver has lost nothing, and neither has anybody else.
func TestASenderLosesPower(t *testing.T) {
	for _, at := range []int64{0, 8, 1000, 50_000} {
		synctest.Test(t, func(t *testing.T) {
			c, members, leads, lags, want := lagging(t)
			reached, gone := make(chan struct{}), make(chan struct{})
			o := once{change: func(content io.Reader) io.Reader {
				return io.MultiReader(io.LimitReader(content, at), &breaking{sync.OnceFunc(func() { close(reached) }), gone})
			}}
			c.net.Bulk(o.pass)
			c.net.Heal()
			<-reached
			before := c.node(lags).CurrentTerm()
			members[leads].crash(c, leads, rand.New(rand.NewPCG(uint64(at), 3)))
			close(gone)
			id, next := c.leader(c.others(leads)...)
			if id == lags {
				t.Errorf("node %s is elected without what is committed", id)
			}
			propose(t, next, *appended("v1/a", "y"))
			c.compact(id)
			if c.node(lags).CurrentTerm() < before {
				t.Error("the receiver went back")
			}
			members[leads].open(c, leads)
			c.end(members, want+"y")
		})
	}
}

// breaking is a connection to a node that loses its power.
type breaking struct {
	reached func()
	gone    chan struct{}
}

func (b *breaking) Read([]byte) (int, error) {
	b.reached()
	<-b.gone
	return 0, fmt.Errorf("peer is gone: %w", errCut)
}
