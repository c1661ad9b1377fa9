package subscription_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/subscription"
	"ursula/core/subscription/keys"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/wake"
)

var errEndpoint = errors.New("endpoint is down")

func callback(d *subscriptiontest.Delivery, done bool, acks ...subscription.Ack) subscription.Report {
	return subscription.Report{
		Token: d.CallbackToken, WakeID: d.WakeID, Generation: d.Generation, Done: done, Acks: acks,
	}
}

func TestSynchronousDoneAcknowledgesTheSnapshot(t *testing.T) {
	inWorld(t, func(w *world) {
		w.streams.Write("events/old", "12345")
		w.webhook("s", "events/*")
		w.noDelivery()
		w.streams.Write("events/new", "123")
		d := w.delivery()
		if d.CallbackURL != base+"/subscriptions/s/callback" {
			t.Errorf("callback URL %s", d.CallbackURL)
		}
		if len(d.Streams) != 2 || d.Streams[0].Path != "events/new" || !d.Streams[0].Pending || d.Streams[1].Pending {
			t.Errorf("streams %+v", d.Streams)
		}
		w.streams.Write("events/new", "4") // after the snapshot
		d.Answer(true, nil)
		next := w.delivery()
		w.wantLinks("s", "events/new glob 3\nevents/old glob 5")
		if next.Generation != 2 || next.WakeID == d.WakeID {
			t.Errorf("next wake is %d %s", next.Generation, next.WakeID)
		}
		next.Answer(true, nil)
		w.noDelivery()
		w.wantLinks("s", "events/new glob 4\nevents/old glob 5")
	})
}

func TestCallbackWhileTheRequestIsUnderWay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		d := w.delivery()
		next, err := w.Callback(context.Background(), "s", callback(d, true, ack("events/a", 3)))
		w.check(err)
		if next {
			t.Error("nothing is pending")
		}
		_, err = w.Callback(context.Background(), "s", callback(d, true, ack("events/a", 3)))
		w.wantErr(err, wake.ErrFenced)

		w.streams.Write("events/a", "4")
		w.noDelivery() // one request per subscription at a time
		d.Answer(true, nil)
		w.wantLinks("s", "events/a glob 3")
		second := w.delivery()
		if second.Generation != 2 {
			t.Errorf("generation %d", second.Generation)
		}
		second.Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 4")
	})
}

func TestCallbackExtendsTheLeaseAndExpiryWakesAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		d := w.delivery()
		d.Answer(false, nil)
		time.Sleep(9 * time.Second)
		_, err := w.Callback(context.Background(), "s", callback(d, false, ack("events/a", 2)))
		w.check(err)
		time.Sleep(9 * time.Second)
		w.noDelivery()
		time.Sleep(time.Second)
		again := w.delivery()
		if again.Generation != 2 {
			t.Errorf("generation %d", again.Generation)
		}
		w.wantLinks("s", "events/a glob 2")
		_, err = w.Callback(context.Background(), "s", callback(d, true))
		w.wantErr(err, wake.ErrFenced)
		again.Answer(true, nil)
		synctest.Wait()
	})
}

func TestFailedDeliveriesFollowTheSchedule(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		for attempt := 1; attempt <= 9; attempt++ {
			w.delivery().Answer(false, errEndpoint)
			synctest.Wait()
			d, err := w.Describe(context.Background(), "s")
			w.check(err)
			if !d.Failing() || d.Attempts != attempt {
				t.Fatalf("attempts %d, want %d", d.Attempts, attempt)
			}
			wait := time.Until(time.UnixMilli(d.NextAttempt))
			if low, high := wake.Backoff(attempt, 0), wake.Backoff(attempt, 1); wait.Milliseconds() < low || wait.Milliseconds() > high {
				t.Fatalf("attempt %d waits %v", attempt, wait)
			}
			time.Sleep(wait - time.Millisecond)
			w.noDelivery()
			time.Sleep(time.Millisecond)
		}
		w.delivery().Answer(true, nil)
		synctest.Wait()
		d, err := w.Describe(context.Background(), "s")
		w.check(err)
		if d.Failing() || d.NextAttempt != 0 || d.Phase != wake.Idle {
			t.Errorf("after success: %+v", d.Subscription)
		}
	})
}

func TestARetryWithinTheLeaseRepeatsTheWake(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		first := w.delivery()
		first.Answer(false, errEndpoint)
		time.Sleep(2 * time.Second)
		second := w.delivery()
		if second.WakeID != first.WakeID || second.Generation != first.Generation {
			t.Error("the retry is another wake")
		}
		// The first attempt was taken after all: its callback counts.
		_, err := w.Callback(context.Background(), "s", callback(first, true, ack("events/a", 3)))
		w.check(err)
		second.Answer(false, errEndpoint)
		synctest.Wait()
		d, err := w.Describe(context.Background(), "s")
		w.check(err)
		if d.Failing() || d.Phase != wake.Idle {
			t.Errorf("a late failure changed a finished wake: %+v", d.Subscription)
		}
	})
}

func TestAHangingEndpointLosesItsLease(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		w.delivery()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		d, err := w.Describe(context.Background(), "s")
		w.check(err)
		if d.Phase != wake.Idle || d.Attempts != 1 {
			t.Errorf("after the lease: %+v", d.Subscription)
		}
		time.Sleep(2 * time.Second)
		second := w.delivery()
		if second.Generation != 2 {
			t.Errorf("generation %d", second.Generation)
		}
		second.Answer(true, nil)
		synctest.Wait()
	})
}

func TestTokensOfOthersAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("a", "events/*")
		w.webhook("b", "", "other")
		w.streams.Write("events/x", "1")
		d := w.delivery()
		for _, c := range []struct {
			id     string
			report subscription.Report
			want   error
		}{
			{"b", callback(d, true), keys.ErrTokenInvalid},
			{"a", subscription.Report{Token: "x", WakeID: d.WakeID, Generation: 1}, keys.ErrTokenInvalid},
			{"a", subscription.Report{Token: d.CallbackToken, WakeID: d.WakeID, Generation: 2}, wake.ErrFenced},
			{"a", subscription.Report{Token: d.CallbackToken, WakeID: "w_other", Generation: 1}, wake.ErrFenced},
			{"c", callback(d, true), subscription.ErrNotFound},
		} {
			_, err := w.Callback(context.Background(), c.id, c.report)
			w.wantErr(err, c.want)
		}
		d.Answer(true, nil)
		synctest.Wait()
	})
}

func TestADeletedSubscriptionTakesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "123")
		d := w.delivery()
		w.check(w.Delete(context.Background(), "s"))
		w.check(w.Delete(context.Background(), "s"))
		_, err := w.Callback(context.Background(), "s", callback(d, true, ack("events/a", 3)))
		w.wantErr(err, subscription.ErrNotFound)
		if left := append(w.records.Keys("sub/"), w.records.Keys("link/")...); len(left) != 0 {
			t.Errorf("records left: %v", left)
		}
		w.webhook("s", "events/*") // its successor is another subscription
		w.streams.Write("events/a", "4")
		second := w.delivery()
		_, err = w.Callback(context.Background(), "s", callback(d, true, ack("events/a", 3)))
		w.wantErr(err, wake.ErrFenced)
		second.Answer(true, nil)
		synctest.Wait()
		w.wantLinks("s", "events/a glob 4")
	})
}
