package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A delivery ends after the leadership has moved. Its outcome counts, and leads to the
// next wake; but that is the other node's, which is told until it has heard, and drives
// it from then on. Two nodes would deliver everything twice.
func TestWhatAnotherNodeDrivesIsHandedOver(t *testing.T) {
	inWorld(t, func(w *world) {
		asked := 0
		w.handedOver = func(context.Context, string) error {
			if asked++; asked < 3 {
				return errors.New("not elected yet")
			}
			return nil
		}
		w.webhook("s", "events/*")
		w.streams.Write("events/a", "1")
		d := w.delivery()
		w.streams.Write("events/a", "2") // after the snapshot
		synctest.Wait()

		w.records.Hide("sub/s") // and Reload has not run yet
		d.Answer(true, nil)
		w.noDelivery()
		w.wantLinks("s", "events/a glob 1")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if asked != 3 {
			t.Errorf("the other node was asked %d times, want 3", asked)
		}
		w.streams.Write("events/a", "3")
		w.noDelivery()

		w.records.Hide() // now as the other node: it is asked
		w.check(w.TakeOver(context.Background(), "s"))
		next := w.delivery()
		if next.Generation != 2 {
			t.Errorf("the wake is %d, want 2", next.Generation)
		}
		next.Answer(true, nil)
		w.noDelivery()
		w.wantLinks("s", "events/a glob 3")
		w.streams.Write("events/a", "4") // it follows the streams as well
		w.delivery().Answer(true, nil)
		synctest.Wait()
	})
}

// A node that hangs is told of many subscriptions, and takes in none. What this node
// drives does not wait for that.
func TestHandingOverHoldsUpNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.handedOver = func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		}
		var away []string
		for i := range 100 {
			w.webhook(fmt.Sprint("away-", i), "away/*")
			away = append(away, fmt.Sprint("sub/away-", i))
		}
		w.webhook("here", "here/*")
		w.records.Hide(away...)
		w.streams.Write("away/a", "1")
		synctest.Wait()
		w.streams.Write("here/a", "1")
		if d := w.delivery(); d.SubscriptionID != "here" {
			t.Errorf("%s is delivered", d.SubscriptionID)
		}
	})
}
