package node

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/bucket/dirbucket"
	"ursula/core/forward/forwardtest"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/vfs/faultfs"
)

// A node that needs snapshots loses power after each operation on its disk, from the
// first byte of the first of them to the moment at which it follows by the logs again.
// It starts from what the crash left, has forgotten nothing that it said, and comes to
// hold what the others hold.
func TestCrashAtEveryStepOfAnInstall(t *testing.T) {
	for _, why := range []struct {
		name string
		lag  func(*behind)
	}{{"behind", (*behind).missAll}, {"in conflict", (*behind).lose}} {
		t.Run(why.name, func(t *testing.T) {
			const luck = 3
			from, steps := image(t, why.lag), 0
			for reached := true; reached && !t.Failed(); steps++ {
				for seed := range uint64(luck) {
					synctest.Test(t, func(t *testing.T) {
						b := from.again(t)
						b.step, b.rng = steps+1, rand.New(rand.NewPCG(seed, uint64(steps)))
						reached = b.install(t)
						b.close()
					})
				}
			}
			if steps < 20 {
				t.Errorf("only %d operations were seen", steps)
			}
			t.Logf("%d crashes after %d operations", luck*(steps-1), steps-1)
		})
	}
}

// image is what lies on the disks of a cluster in which one node lags.
func image(t *testing.T, lag func(*behind)) (from *behind) {
	shared := faultfs.New()
	onTrio(t, func(c *trio) { c.share(shared) }, func(t *testing.T, c *trio) {
		from = &behind{trio: c, shared: shared}
		lag(from)
		from.shared = shared.KillClone()
		for _, p := range c.peers {
			from.disks = append(from.disks, p.disk.KillClone())
		}
	})
	return from
}

// share has the nodes use an object store on this disk.
func (c *trio) share(disk *faultfs.FS) {
	objects, err := dirbucket.Open(dirbucket.Options{FS: disk, Dir: "objects"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.objects.Close()
	c.objects = objects
}

// again starts another cluster like that. The victim runs, and nobody reaches it yet.
func (b *behind) again(t *testing.T) *behind {
	net := rafttest.New(1)
	net.Delay(5 * time.Millisecond)
	objects, err := dirbucket.Open(dirbucket.Options{FS: b.shared.KillClone(), Dir: "objects"})
	if err != nil {
		t.Fatal(err)
	}
	c := &trio{t: t, net: net, calls: forwardtest.New(net), objects: objects}
	for i, p := range b.peers {
		c.peers = append(c.peers, &peer{id: p.id, disk: b.disks[i].KillClone()})
	}
	victim := c.peers[2]
	net.Isolate(victim.id)
	for _, p := range c.peers[:2] {
		c.start(p)
	}
	c.ready()
	c.start(victim)
	return &behind{trio: c, victim: victim, names: b.names, want: b.want}
}

// install lets the victim back, and reports whether it came to the step at which the
// power went.
func (b *behind) install(t *testing.T) (reached bool) {
	var ctx context.Context
	ctx, b.cut = context.WithCancel(t.Context())
	defer b.cut()
	b.last = b.stands()
	b.victim.disk.Observe(b.observe)
	b.net.Heal()
	b.follow(ctx)
	b.victim.disk.Observe(nil)
	if b.crash == nil {
		b.agree()
		return false
	}
	defer func() {
		if t.Failed() {
			t.Logf("the power was cut after %s", strings.Join(b.ops, ", "))
		}
	}()
	b.stop(b.victim)
	b.victim.disk = b.crash
	b.start(b.victim) // still alone
	b.remembers()
	b.net.Heal()
	b.follow(t.Context()) // the leader pauses before it tries again
	b.ready()
	b.agree()
	return true
}
