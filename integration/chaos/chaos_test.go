// Package chaos lets clients work on a cluster while faults happen to it, and has the
// history of what they saw judged.
//
// It owns the runs: seeds, lengths, and what is kept of a run that failed. What
// clients do is package clients' matter, the faults are package nemesis', right and
// wrong package linear's.
//
// A seed fixes what each client chooses and when which fault happens. How requests and
// faults interleave is up to the machine, so a seed repeats the kind of a history and
// not the history: what is judged is kept.
package chaos

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ursula/integration/chaos/clients"
	"ursula/integration/chaos/nemesis"
	"ursula/integration/cluster"
	"ursula/integration/harness"
)

const (
	// healing is how long a cluster without faults may take to do all its work.
	healing = 60 * time.Second
	// search bounds the search for one order of one stream's operations.
	search = 20 * time.Second
	// diskBytes is far more than a history writes, and has to be in memory.
	diskBytes = 192 << 20
	// filling is how long it takes to fill a disk, and emptying until a server has noticed
	// that it has room again.
	filling  = time.Second
	emptying = 3 * time.Second
	// shown bounds the surprises that are printed: one cause has many.
	shown = 10
)

func TestMain(m *testing.M) { harness.Main(m) }

// options are the flags of this package's tests.
type options struct {
	nodes  *int
	seed   *uint64
	seeds  *int
	length *time.Duration
	last   *time.Duration
	keep   *bool
}

var flags = options{
	nodes:  flag.Int("nodes", 3, "how many nodes a cluster has"),
	seed:   flag.Uint64("seed", 0, "seed of the first history; 0 draws one"),
	seeds:  flag.Int("seeds", 6, "how many histories"),
	length: flag.Duration("duration", 8*time.Second, "how long the faults of one history go on"),
	last:   flag.Duration("for", 0, "go on with histories until so long has passed; 0 runs as many as -seeds says"),
	keep:   flag.Bool("keep", false, "keep what the good histories leave, too"),
}

// TestHistories runs random histories on a cluster.
func TestHistories(t *testing.T) {
	histories(t, cluster.Config{Nodes: *flags.nodes, Args: serveFlags()}, *flags.seeds)
}

// TestHistoriesOfOneNode runs fewer on a node without peers.
func TestHistoriesOfOneNode(t *testing.T) {
	histories(t, cluster.Config{Alone: true, Args: serveFlags()}, (*flags.seeds+2)/3)
}

// serveFlags make little data go through everything that much data would.
func serveFlags() []string {
	return []string{
		"--groups", "4", "--hot-bytes", "4MiB", "--segment-bytes", "1MiB", "--long-poll-timeout", "1s",
		"--drain-timeout", "1s",
	}
}

func histories(t *testing.T, config cluster.Config, count int) {
	if cluster.MayMount(t) {
		config.DiskBytes = diskBytes
	} else {
		t.Log("disks are not filled: that needs mounts, which only root may do")
	}
	first := *flags.seed
	if first == 0 {
		first = 1 + rand.Uint64N(1_000_000)
	}
	begin, all := time.Now(), newCensus()
	for i := 0; more(i, count, time.Since(begin)); i++ {
		seed := first + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			config.Seed = seed
			history(t, config, seed, all)
		})
	}
	all.require(t)
}

// more says whether another history is to follow after so many.
func more(done, count int, passed time.Duration) bool {
	if *flags.last > 0 {
		return passed < *flags.last
	}
	return done < count
}

// history runs one history and judges it.
func history(t *testing.T, config cluster.Config, seed uint64, all *census) {
	c := cluster.Start(t, config)
	timeline := nemesis.Plan(seed, nemesis.Stage{Nodes: len(c.Nodes()), Disks: config.DiskBytes > 0}, *flags.length)
	t.Logf("faults:\n%v", timeline)
	crowd := clients.New(seed, c.URLs(), timeline.Skew())
	keepRun(t, c, crowd, timeline)
	ctx, cancel := context.WithTimeout(t.Context(), *flags.length+2*healing)
	defer cancel()
	if err := crowd.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	spells, err := suffer(ctx, c, crowd, timeline)
	if err != nil {
		t.Fatal(err)
	}
	c.Recover()
	if err := crowd.Finish(ctx); err != nil {
		t.Error(err)
	}
	requireEqualReplicas(t, c)
	t.Logf("nodes have taken or been given %v snapshots", snapshots(c))
	for _, spell := range spells {
		if spell.Fault == nemesis.Fill {
			crowd.DiskFull(spell.Began.Add(-filling), spell.Ended.Add(emptying))
		}
	}
	h := judge(t, crowd)
	var over time.Duration
	for _, spell := range spells {
		s := suffered{spell.Event, crowd.At(spell.Began), crowd.At(spell.Ended)}
		if o := s.denied(h); o != nil {
			t.Errorf("%v had no effect from %v to %v: %v", s.Event, s.began, s.ended, o)
		}
		all.suffer(h, s)
		over = max(over, s.ended)
	}
	all.look(h, c, over)
}

// suffer lets the crowd work until the timeline is over.
func suffer(ctx context.Context, c *cluster.Cluster, crowd *clients.Crowd, timeline nemesis.Timeline) ([]nemesis.Spell, error) {
	working, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		crowd.Run(working)
		close(done)
	}()
	spells, err := timeline.Run(ctx, c)
	stop()
	<-done
	return spells, err
}
