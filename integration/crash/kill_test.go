package crash

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"ursula/integration/crash/audit"
	"ursula/integration/crash/load"
	"ursula/integration/harness"
	"ursula/integration/wire"
)

const (
	kills        = 50
	longestLife  = 700 * time.Millisecond // of a server under load
	longestStart = 40 * time.Millisecond  // until a kill that hits the recovery
	recoveryKill = 4                      // one life in so many dies while it recovers
	livingAtMost = 60
)

// TestKillUnderLoad kills the server 50 times at random moments, some of them
// during its recovery, and reads everything back after each.
func TestKillUnderLoad(t *testing.T) {
	seed := seed(t)
	random := rand.New(rand.NewPCG(seed, 0))
	server := harness.Start(t, harness.Config{Engine: "raft-wal", Args: smallFlags()})
	client := wire.New(server.URL())
	world := load.NewWorld(client, "kill", livingAtMost)
	crew := load.NewCrew(world, load.Cast{
		Producers: 12, Plain: 8, Creators: 2, Closers: 1, Deleters: 1, Forkers: 1, Readers: 6,
	}, seed)

	round := 0
	for ; round < kills && !t.Failed(); round++ {
		workUntilKilled(t.Context(), server, crew, random)
		restart(server, random)
		audit.AfterCrash(t, client, world.Streams())
	}
	if err := crew.Finish(t.Context()); err != nil {
		t.Fatalf("answer what is owed: %v", err)
	}
	audit.Streams(t, client, world.Streams())
	requireWork(t, world, round)
	requireCold(t, server.Dir())
}

// requireWork refuses a run in which something was never put to the test.
func requireWork(t *testing.T, world *load.World, rounds int) {
	t.Helper()
	tally := world.Tally()
	t.Logf("%d kills, %d streams, %+v", rounds, len(world.Streams()), tally)
	if tally.Appends == 0 || tally.Forks == 0 || tally.Closures == 0 || tally.Deletions == 0 {
		t.Error("one of these never happened, so nothing is proved about it")
	}
}

// requireCold refuses a run in which no bytes ever left memory.
func requireCold(t *testing.T, dir string) {
	t.Helper()
	objects := 0
	err := filepath.WalkDir(filepath.Join(dir, "cold"), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			objects++
		}
		return err
	})
	if err != nil || objects == 0 {
		t.Errorf("%d cold objects (%v): flushing was not put to the test", objects, err)
	}
	t.Logf("%d cold objects at the end", objects)
}

// workUntilKilled returns when the server is dead and the crew has noticed.
func workUntilKilled(ctx context.Context, server *harness.Server, crew *load.Crew, random *rand.Rand) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The moment of death is the fault that is injected here, so it is a time.
	timer := time.AfterFunc(time.Duration(random.Int64N(int64(longestLife))), server.Kill)
	defer timer.Stop()
	go func() {
		<-server.Exited()
		cancel()
	}()
	crew.Run(ctx)
	<-server.Exited()
}

// restart starts the next life, which now and then dies before it is ready.
func restart(server *harness.Server, random *rand.Rand) {
	for random.IntN(recoveryKill) == 0 {
		server.Relaunch()
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(longestStart))), server.Kill)
		<-server.Exited()
		timer.Stop() // a life that ended by itself leaves its death to nobody
	}
	server.Restart()
}
