package subscription_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/wake"
	"ursula/core/subscription/webhook"
)

func TestCreateConfirmsOnlyTheSame(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		config := wake.Config{Type: wake.PullWake, Pattern: "/events/*/", Streams: []string{"b", "a", "b"}, WakeStream: "wake"}
		_, created, err := w.Create(ctx, "s", base, config)
		w.check(err)
		if !created {
			t.Error("not created")
		}
		same := wake.Config{Type: wake.PullWake, Pattern: "events/*", Streams: []string{"a", "b"}, WakeStream: "wake", LeaseTTL: 30_000}
		d, created, err := w.Create(ctx, "s", "https://other/__ds", same)
		w.check(err)
		if created || d.Base != "https://other/__ds" {
			t.Errorf("created %v, base %s", created, d.Base)
		}
		for _, change := range []func(*wake.Config){
			func(c *wake.Config) { c.Pattern = "events/**" },
			func(c *wake.Config) { c.Streams = nil },
			func(c *wake.Config) { c.WakeStream = "other" },
			func(c *wake.Config) { c.LeaseTTL = 1000 },
			func(c *wake.Config) { c.Description = "x" },
			func(c *wake.Config) { c.Type, c.WebhookURL = wake.Webhook, "https://worker.example" },
		} {
			other := same
			change(&other)
			_, _, err := w.Create(ctx, "s", base, other)
			w.wantErr(err, subscription.ErrExists)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	inWorld(t, func(w *world) {
		valid := wake.Config{Type: wake.PullWake, Pattern: "a", WakeStream: "wake"}
		hook := wake.Config{Type: wake.Webhook, Pattern: "a", WebhookURL: "http://10.0.0.1/"}
		for _, c := range []struct {
			id     string
			config wake.Config
			want   error
		}{
			{"", valid, wake.ErrInvalid},
			{"a b", valid, wake.ErrInvalid},
			{"a/b", valid, wake.ErrInvalid},
			{strings.Repeat("x", 129), valid, wake.ErrInvalid},
			{"s", hook, webhook.ErrRejected},
		} {
			_, _, err := w.Create(context.Background(), c.id, base, c.config)
			w.wantErr(err, c.want)
		}
	})
}

func TestExplicitAndGlobLinks(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := context.Background()
		w.streams.Write("events/a", "123")
		w.streams.Write("manual/b", "12")
		w.webhook("s", "events/*", "events/a", "later")
		w.wantLinks("s", "events/a explicit 3\nlater explicit 0")
		w.check(w.AddStreams(ctx, "s", []string{"/manual/b/", "events/a"}))
		w.check(w.AddStreams(ctx, "s", []string{"manual/b"}))
		w.wantLinks("s", "events/a explicit 3\nlater explicit 0\nmanual/b explicit 2")
		for range 2 {
			w.check(w.RemoveStream(ctx, "s", "manual/b"))
			w.check(w.RemoveStream(ctx, "s", "events/a"))
			w.wantLinks("s", "events/a glob 3\nlater explicit 0")
		}
		w.streams.Write("manual/b", "3")
		w.noDelivery()
		w.streams.Write("later", "1")
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantErr(w.AddStreams(ctx, "s", []string{"__ds/x"}), wake.ErrInvalid)
		w.wantErr(w.AddStreams(ctx, "none", []string{"x"}), subscription.ErrNotFound)
		w.wantErr(w.RemoveStream(ctx, "none", "x"), subscription.ErrNotFound)
	})
}

func TestGoneStreamsLoseTheirLinks(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*", "manual")
		w.streams.Write("events/a", "123")
		w.streams.Write("manual", "1")
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.streams.Delete("events/a")
		w.streams.Delete("manual")
		synctest.Wait()
		w.wantLinks("s", "")
		w.streams.Write("events/a", "1") // a new stream under the old path
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 1")
	})
}

func TestASuccessorIsNotTakenForItsPredecessor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Write("events/a", "123")
		w.webhook("s", "events/*")
		w.Close()
		w.streams.Delete("events/a")
		w.streams.Write("events/a", "1")
		w.start()
		d := w.delivery()
		if s := d.Streams[0]; s.Acked != stream.FormatOffset(0) || s.Tail != stream.FormatOffset(1) {
			t.Errorf("view %+v", s)
		}
		d.Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 1")
	})
}

func TestLostHintsLeadToAScan(t *testing.T) {
	inWorld(t, func(w *world) {
		w.Close()
		w.limits = subscription.Limits{Hints: 4}
		w.start()
		w.webhook("s", "events/**")
		var writers sync.WaitGroup
		for i := range 8 {
			writers.Go(func() {
				for j := range 50 {
					w.streams.Write(fmt.Sprintf("events/%d/%d", i, j), "x")
				}
			})
		}
		writers.Wait()
		for pending := 1; pending > 0; {
			d := w.delivery()
			d.Answer(true, nil)
			synctest.Wait()
			pending = 400 - strings.Count(w.links("s"), " glob 1")
		}
		w.noDelivery()
	})
}

func TestStreamsBornDuringCreationAreFound(t *testing.T) {
	inWorld(t, func(w *world) {
		var born sync.Once
		w.records.Fail(func(operation, key string) error {
			if operation == "commit" && key == "sub/s" {
				// After the backfill, before the subscription exists.
				born.Do(func() { w.streams.Write("events/a", "123") })
			}
			return nil
		})
		w.webhook("s", "events/*")
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 3")
	})
}

func TestLimits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.Close()
		w.limits = subscription.Limits{Subscriptions: 1, Links: 2}
		w.start()
		ctx := context.Background()
		w.webhook("s", "events/*", "a")
		_, _, err := w.Create(ctx, "s2", base, wake.Config{Type: wake.PullWake, Pattern: "a", WakeStream: "w"})
		w.wantErr(err, subscription.ErrLimit)
		w.wantErr(w.AddStreams(ctx, "s", []string{"b", "c"}), subscription.ErrLimit)
		w.wantLinks("s", "a explicit 0")
		for _, path := range []string{"events/1", "events/2", "events/3"} {
			w.streams.Write(path, "x")
			synctest.Wait()
		}
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "a explicit 0\nevents/1 glob 1")
		w.check(w.RemoveStream(ctx, "s", "a"))
		w.streams.Write("events/2", "x")
		w.delivery().Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/1 glob 1\nevents/2 glob 2")
		w.check(w.Delete(ctx, "s"))
		w.streams.Write("events/1", "x")
		w.webhook("s2", "", "b", "c")
	})
}

func TestDeliveriesAreBounded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.Close()
		w.limits = subscription.Limits{Deliveries: 3}
		w.start()
		for i := range 10 {
			w.webhook(fmt.Sprintf("s%d", i), "events/*")
		}
		w.streams.Write("events/a", "1")
		for answered := 0; answered < 10; {
			round := w.waiting()
			if len(round) == 0 || len(round) > 3 {
				t.Fatalf("%d deliveries at once", len(round))
			}
			for _, d := range round {
				d.Answer(true, nil)
			}
			answered += len(round)
		}
		w.noDelivery()
	})
}

// waiting returns all requests that wait for an answer.
func (w *world) waiting() (all []*subscriptiontest.Delivery) {
	synctest.Wait()
	for d := w.endpoint.Poll(); d != nil; d = w.endpoint.Poll() {
		all = append(all, d)
		synctest.Wait()
	}
	return all
}
