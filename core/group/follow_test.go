package group_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/memgroup"
	"ursula/core/stream"
	"ursula/core/trace"
	"ursula/core/trace/tracetest"
)

// slow is a submit that takes a second from stage to stage.
func slow(b **group.Batcher) group.Submit {
	return func(entry []byte) ([]stream.Result, error) {
		s := (*b).Following(entry)
		for stage := group.Storing; stage <= group.Published; stage++ {
			time.Sleep(time.Second)
			s.Reach(stage)
		}
		s.Index(7)
		return make([]stream.Result, stream.CommandsIn(entry)), nil
	}
}

// A command that is followed tells how it got through its entry, and one that is
// not tells nothing, though it is in the same entry.
func TestAFollowedCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r tracetest.Recorder
		var b *group.Batcher
		b = group.NewBatcher(slow(&b))
		b.Trace(&r, trace.Attribute{Key: "ursula.group", Number: 5})
		go b.Propose(t.Context(), numbered("alone", 0))
		synctest.Wait()
		for i := range 2 {
			go b.Propose(t.Context(), numbered("p", i))
		}
		ctx, request := r.Request(t.Context(), "")
		if _, err := b.Propose(ctx, numbered("p", 2)); err != nil {
			t.Fatal(err)
		}
		request.End(time.Now(), nil)
		const want = "request\n  propose\n    queue\n    journal\n    quorum\n    apply\n    notify\n"
		if got := r.Tree(); got != want {
			t.Errorf("followed:\n%swant:\n%s", got, want)
		}
		for name, took := range map[string]time.Duration{
			"queue": 5 * time.Second, "journal": time.Second, "quorum": time.Second, "apply": time.Second, "notify": time.Second,
		} {
			if s := r.Named(name)[0]; s.Ended.Sub(s.Began) != took {
				t.Errorf("%s took %v, want %v", name, s.Ended.Sub(s.Began), took)
			}
		}
		said := r.Named("propose")[0].Attributes
		if said["ursula.entry.commands"].Number != 3 || said["ursula.entry.index"].Number != 7 ||
			said["ursula.group"].Number != 5 || said["ursula.entry.bytes"].Number == 0 {
			t.Errorf("attributes %v", said)
		}
	})
}

// Commands that share an entry are followed together: each has its own wait, and
// the same entry.
func TestFollowedCommandsShareAnEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r tracetest.Recorder
		g := newGate()
		b := group.NewBatcher(g.submit)
		b.Trace(&r)
		for i := range 3 {
			ctx, _ := r.Request(t.Context(), "")
			go b.Propose(ctx, numbered("p", i))
			synctest.Wait()
			time.Sleep(time.Second)
		}
		close(g.open)
		synctest.Wait()
		var commands []int64
		var waits []time.Duration
		for _, s := range r.Named("propose") {
			commands = append(commands, s.Attributes["ursula.entry.commands"].Number)
		}
		for _, s := range r.Named("queue") {
			waits = append(waits, s.Ended.Sub(s.Began))
		}
		slices.Sort(waits)
		if !slices.Equal(commands, []int64{1, 2, 2}) {
			t.Errorf("entries of %v commands", commands)
		}
		if !slices.Equal(waits, []time.Duration{0, time.Second, 2 * time.Second}) {
			t.Errorf("waits of %v", waits)
		}
	})
}

// What has no answer tells that, and no stages: somebody may be noting them.
func TestAFollowedCommandWithoutAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r tracetest.Recorder
		g := newGate()
		b := group.NewBatcher(g.submit)
		b.Trace(&r)
		for range 2 {
			ctx, _ := r.Request(t.Context(), "")
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			go b.Propose(ctx, numbered("p", 0)) // the first carries out, and cannot give up
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		g.open <- errors.New("broken")
		g.open <- nil
		synctest.Wait()
		b.Close()
		ctx, _ := r.Request(t.Context(), "")
		if _, err := b.Propose(ctx, numbered("p", 0)); err == nil {
			t.Error("a closed batcher took a command")
		}
		spans := r.Named("propose")
		for i, want := range []error{nil, group.ErrUnknownOutcome, group.ErrShutdown} {
			if s := spans[i]; s.Err == nil || want != nil && !errors.Is(s.Err, want) || s.Ended.IsZero() {
				t.Errorf("proposal %d ended with %v", i, s.Err)
			}
		}
		if stages := r.Named("queue"); len(stages) > 0 {
			t.Errorf("%d stages of entries that failed", len(stages))
		}
	})
}

// Only the very entry that is under way is followed, not another of equal bytes.
func TestOnlyTheEntryUnderWayIsFollowed(t *testing.T) {
	var r tracetest.Recorder
	var b *group.Batcher
	b = group.NewBatcher(func(entry []byte) ([]stream.Result, error) {
		if b.Following(entry) == nil || b.Following(append([]byte(nil), entry...)) != nil || b.Following(nil) != nil {
			t.Error("the wrong entry is followed")
		}
		return make([]stream.Result, 1), nil
	})
	b.Trace(&r)
	ctx, _ := r.Request(t.Context(), "")
	if _, err := b.Propose(ctx, numbered("p", 0)); err != nil {
		t.Fatal(err)
	}
}

// The engine without a log tells the stages that it has.
func TestStagesOfTheMemoryEngine(t *testing.T) {
	var r tracetest.Recorder
	e := memgroup.New(&grouptest.Recorder{})
	e.Trace(&r)
	ctx, request := r.Request(t.Context(), "")
	c := creation("v1/a")
	if _, err := e.Propose(ctx, &c); err != nil {
		t.Fatal(err)
	}
	request.End(time.Now(), nil)
	if got, want := r.Tree(), "request\n  propose\n    queue\n    apply\n    notify\n"; got != want {
		t.Errorf("followed:\n%swant:\n%s", got, want)
	}
}

// A command that is not followed costs what it costs without a tracer.
func TestWhatIsNotFollowedCostsNothing(t *testing.T) {
	results := make([]stream.Result, 1)
	cost := func(trace func(*group.Batcher)) float64 {
		b := group.NewBatcher(func([]byte) ([]stream.Result, error) { return results, nil })
		trace(b)
		c := numbered("p", 0)
		return testing.AllocsPerRun(1000, func() { _, _ = b.Propose(context.Background(), c) })
	}
	without := cost(func(*group.Batcher) {})
	with := cost(func(b *group.Batcher) { b.Trace(&tracetest.Recorder{}) })
	if with > without {
		t.Errorf("%v allocations, %v without a tracer", with, without)
	}
}
