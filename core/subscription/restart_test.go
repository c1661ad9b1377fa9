package subscription_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/wake"
)

func TestRestartWhileIdleFindsWhatWasAppendedMeanwhile(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Write("events/old", "1")
		w.webhook("s", "events/*", "manual/a")
		w.Close()
		w.streams.Write("events/new", "22")
		w.streams.Write("events/old", "3")
		w.streams.Write("manual/a", "4444")
		w.start()
		d := w.delivery()
		w.wantLinks("s", "events/new glob 0\nevents/old glob 1\nmanual/a explicit 0")
		d.Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/new glob 2\nevents/old glob 2\nmanual/a explicit 4")
	})
}

func TestRestartWhileDeliveringRepeatsTheWake(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		first := w.delivery()
		w.restart(time.Hour) // longer than the lease: nobody else can have it
		second := w.delivery()
		if second.WakeID != first.WakeID || second.Generation != 1 {
			t.Errorf("wake %s of generation %d, was %s", second.WakeID, second.Generation, first.WakeID)
		}
		time.Sleep(9 * time.Second)
		second.Answer(true, nil) // the lease began again with the attempt
		synctest.Wait()
		w.wantLinks("s", "events/a glob 3")
	})
}

func TestRestartHonoursTheRetrySchedule(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		for range 6 {
			w.delivery().Answer(false, errEndpoint)
			synctest.Wait()
			d, err := w.Describe(context.Background(), "s")
			w.check(err)
			at := time.UnixMilli(d.NextAttempt)
			w.restart(time.Until(at) / 2)
			w.noDelivery()
			time.Sleep(time.Until(at) - time.Millisecond)
			w.noDelivery()
			time.Sleep(time.Millisecond)
		}
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 3")
	})
}

func TestRestartWhileLeasedHonoursTheDeadline(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		c := w.claim("s", "worker-1")
		before := wakeEvents(w)
		w.restart(4 * time.Second)
		_, err := w.Claim(context.Background(), "s", "worker-2")
		if held := new(wake.HeldError); !errors.As(err, &held) {
			t.Errorf("claim of a held lease: %v", err)
		}
		_, err = w.Ack(context.Background(), "s", report(c, false, ack("events/a", 1)))
		w.check(err) // the token outlives the process
		time.Sleep(9999 * time.Millisecond)
		if n := wakeEvents(w); n != before {
			t.Errorf("%d wake events within the lease, had %d", n, before)
		}
		time.Sleep(time.Millisecond)
		if n := wakeEvents(w); n != before+1 {
			t.Errorf("%d wake events after the lease, had %d", n, before)
		}
	})
}

func TestRestartBeforeTheWakeEventWritesIt(t *testing.T) {
	inWorld(t, func(w *world) {
		var down atomic.Bool
		down.Store(true)
		w.streams.Fail(func(operation, _ string) error {
			if down.Load() && operation == "append" {
				return errors.New("no room")
			}
			return nil
		})
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		synctest.Wait()
		down.Store(false)
		w.restart(time.Minute)
		if n := wakeEvents(w); n != 1 {
			t.Errorf("%d wake events", n)
		}
	})
}

func TestRecordsOutOfReachDelayButLoseNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		var down atomic.Bool
		down.Store(true)
		w.records.Fail(func(operation, key string) error {
			if down.Load() && strings.Contains(key, "s") && operation != "list" {
				return errors.New("no leader")
			}
			return nil
		})
		w.streams.Write("events/a", "123")
		w.noDelivery()
		time.Sleep(10 * time.Second)
		down.Store(false)
		time.Sleep(time.Second)
		d := w.delivery()
		if len(d.Streams) != 1 {
			t.Errorf("the new stream was forgotten: %+v", d.Streams)
		}
		d.Answer(true, nil)
		synctest.Wait()
	})
}

func TestTwoManagersNeverShareALease(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		other, err := subscription.Open(w.records, w.streams, subscription.Options{Sender: w.endpoint})
		w.check(err)
		defer other.Close()
		w.check(other.Reload(context.Background()))
		w.streams.Listen(func(events []stream.Event) { other.Appended(events) })
		for range 10 {
			w.streams.Write("events/a", "1")
			synctest.Wait()
			c := w.claim("s", "here")
			_, err := other.Claim(context.Background(), "s", "there")
			if held := new(wake.HeldError); !errors.As(err, &held) {
				t.Fatalf("claim elsewhere: %v", err)
			}
			_, err = other.Ack(context.Background(), "s", report(c, true, subscription.Ack{
				Stream: "events/a", Offset: c.Streams[0].Tail,
			}))
			w.check(err) // any node may take the ack
		}
	})
}

func TestReloadForgetsWhatOthersDrive(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		records := w.records.Keys("")
		w.records.Hide("sub/s")
		w.check(w.Reload(context.Background()))
		w.streams.Write("events/a", "1")
		w.noDelivery()
		w.records.Hide()
		w.check(w.Reload(context.Background()))
		w.delivery().Answer(true, nil)
		synctest.Wait()
		if got := w.records.Keys(""); len(got) != len(records)+1 {
			t.Errorf("records %v, before %v", got, records)
		}
	})
}
