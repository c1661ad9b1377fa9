package subscription_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/subscription"
	"ursula/core/subscription/wake"
)

func TestClaimAckRelease(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		if n := wakeEvents(w); n != 1 {
			t.Fatalf("%d wake events", n)
		}
		var event struct {
			Type   string `json:"type"`
			ID     string `json:"subscription_id"`
			Stream string `json:"stream"`
			Gen    int    `json:"generation"`
		}
		w.check(json.Unmarshal([]byte(w.streams.Messages("wake/pool")[0]), &event))
		if event.Type != "wake" || event.ID != "s" || event.Stream != "events/a" || event.Gen != 1 {
			t.Errorf("wake event %+v", event)
		}

		c := w.claim("s", "worker-1")
		_, err := w.Claim(ctx, "s", "worker-2")
		held := new(wake.HeldError)
		if !errors.As(err, &held) || held.Holder != "worker-1" || held.Generation != 1 {
			t.Errorf("second claim: %v", err)
		}
		next, err := w.Ack(ctx, "s", report(c, true, ack("events/a", 3)))
		w.check(err)
		if next {
			t.Error("nothing is pending")
		}
		_, err = w.Claim(ctx, "s", "worker-1")
		w.wantErr(err, wake.ErrNoPending)

		// An append may be claimed before its hint is looked at.
		w.streams.Write("events/a", "4")
		c = w.claim("s", "worker-1")
		w.check(w.Release(ctx, "s", report(c, false)))
		if n := wakeEvents(w); n < 2 {
			t.Errorf("release with pending work left %d wake events", n)
		}
		w.wantErr(w.Release(ctx, "s", report(c, false)), wake.ErrFenced)
		w.wantLinks("s", "events/a glob 3")
	})
}

func TestAcksAreJudged(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "12345")
		c := w.claim("s", "worker")
		_, err := w.Ack(ctx, "s", report(c, false, ack("events/a", 3)))
		w.check(err)
		for _, bad := range []subscription.Ack{
			ack("events/a", 2), ack("events/a", 6), ack("events/b", 1),
			{Stream: "events/a", Offset: "-1"}, {Stream: "events/a", Offset: "now"}, {Stream: "events/a"},
		} {
			_, err := w.Ack(ctx, "s", report(c, true, ack("events/a", 4), bad))
			w.wantErr(err, wake.ErrInvalidOffset)
		}
		w.wantLinks("s", "events/a glob 3")
		next, err := w.Ack(ctx, "s", report(c, true, ack("/events/a/", 4)))
		w.check(err)
		if !next {
			t.Error("one byte is pending")
		}
	})
}

func TestLeaseExpiryHandsWorkOn(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		c := w.claim("s", "worker-1")
		time.Sleep(9 * time.Second)
		_, err := w.Ack(ctx, "s", report(c, false)) // heartbeat
		w.check(err)
		before := wakeEvents(w)
		time.Sleep(9 * time.Second)
		if n := wakeEvents(w); n != before {
			t.Errorf("%d wake events within the lease, had %d", n, before)
		}
		time.Sleep(time.Second)
		if n := wakeEvents(w); n != before+1 {
			t.Errorf("%d wake events after the lease, had %d", n, before)
		}
		_, err = w.Ack(ctx, "s", report(c, true))
		w.wantErr(err, wake.ErrFenced)
		if c2 := w.claim("s", "worker-2"); c2.Generation != c.Generation+1 {
			t.Errorf("generation %d after %d", c2.Generation, c.Generation)
		}
	})
}

func TestAMissingWakeStreamDelaysTheEvent(t *testing.T) {
	inWorld(t, func(w *world) {
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		synctest.Wait()
		w.streams.Create("wake/pool")
		time.Sleep(2 * time.Second)
		if n := wakeEvents(w); n != 1 {
			t.Errorf("%d wake events", n)
		}
	})
}

func TestAClaimWithoutWorkEndsTheWake(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		w.streams.Write("events/a", "123")
		if n := wakeEvents(w); n != 1 {
			t.Fatalf("%d wake events", n)
		}
		w.streams.Delete("events/a")
		_, err := w.Claim(context.Background(), "s", "worker")
		w.wantErr(err, wake.ErrNoPending)
		w.wantLinks("s", "")
		w.streams.Write("events/b", "1")
		if n := wakeEvents(w); n != 2 {
			t.Errorf("%d wake events: the second wake was lost", n)
		}
	})
}

func TestOneOfManyClaimsWins(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Create("wake/pool")
		w.pull("s", "events/*")
		for range 20 {
			w.streams.Write("events/a", "1")
			var won atomic.Int32
			var claims sync.WaitGroup
			winner := make(chan subscription.Claim, 16)
			for range 16 {
				claims.Go(func() {
					c, err := w.Claim(context.Background(), "s", "worker")
					if held := new(wake.HeldError); err == nil {
						won.Add(1)
						winner <- c
					} else if !errors.As(err, &held) {
						t.Errorf("claim: %v", err)
					}
				})
			}
			claims.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d workers hold the lease", won.Load())
			}
			c := <-winner
			acks := make([]subscription.Ack, 0, 1)
			for _, s := range c.Streams {
				acks = append(acks, subscription.Ack{Stream: s.Path, Offset: s.Tail})
			}
			_, err := w.Ack(context.Background(), "s", report(c, true, acks...))
			w.check(err)
		}
	})
}
