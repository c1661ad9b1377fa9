package raftgroup_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/vfs/faultfs"
)

// member is a node with a disk.
type member struct {
	fs   *faultfs.FS
	disk disk
}

func openOnDisks(t *testing.T, ids ...string) (*cluster, map[string]*member) {
	c := &cluster{t: t, net: rafttest.New(2), founders: ids, trailing: 8, nodes: make(map[string]*voter)}
	members := make(map[string]*member)
	for _, id := range ids {
		members[id] = &member{fs: faultfs.New()}
		members[id].open(c, id)
	}
	return c, members
}

func (m *member) open(c *cluster, id string) {
	m.disk = openDisk(c.t, m.fs)
	v := &voter{id: id, watching: &watcher{}, options: m.disk.options(&grouptest.Recorder{})}
	v.options.Bootstrap = c.founders
	c.open(v)
}

// crash cuts a node's power. What it still does reaches nobody, and then not its
// disk either: in this order, for it must not promise what the disk has not.
func (m *member) crash(c *cluster, id string, rng *rand.Rand) {
	c.net.Isolate(id)
	after := m.fs.CrashClone(rng)
	c.stop(id)
	m.disk.close(c.t)
	c.net.Heal()
	m.fs = after
}

// Nodes lose power one after the other while writes go on, logs are shortened and
// the lost node comes back with what its disk kept. Nothing that was acknowledged
// is lost, and nothing is there twice.
func TestNodesLosePower(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { losePower(t, rand.New(rand.NewPCG(seed, 5))) })
		})
	}
}

func losePower(t *testing.T, rng *rand.Rand) {
	ids := []string{"a", "b", "c"}
	c, members := openOnDisks(t, ids...)
	c.net.Delay(5 * time.Millisecond)
	c.create()
	w := c.write()
	for range 8 {
		time.Sleep(time.Duration(rng.Int64N(int64(5 * time.Second))))
		if id := ids[rng.IntN(3)]; rng.IntN(2) == 0 {
			c.compact(id)
		}
		id := ids[rng.IntN(3)]
		members[id].crash(c, id, rng)
		time.Sleep(time.Duration(rng.Int64N(int64(5 * time.Second))))
		members[id].open(c, id)
	}
	c.agree(w.end())
	c.close()
	for _, m := range members {
		m.disk.close(t)
	}
}
