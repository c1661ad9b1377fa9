package subscription_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/wake"
)

const base = "http://server.example/v1/stream/__ds"

// world is a manager with everything around it. Restarting replaces the
// manager and keeps the rest.
type world struct {
	*subscription.Manager
	t        *testing.T
	records  *subscriptiontest.Records
	streams  *subscriptiontest.Streams
	endpoint *subscriptiontest.Endpoint
	limits   subscription.Limits

	handedOver func(ctx context.Context, id string) error // told of what is handed over; nil refuses it
}

// inWorld runs a test in virtual time.
func inWorld(t *testing.T, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			t:        t,
			records:  subscriptiontest.NewRecords(),
			streams:  subscriptiontest.NewStreams(),
			endpoint: subscriptiontest.NewEndpoint(),
		}
		w.streams.Listen(func(events []stream.Event) { w.Appended(events) })
		w.start()
		defer func() { w.Close() }()
		test(w)
	})
}

func (w *world) start() {
	w.t.Helper()
	m, err := subscription.Open(w.records, w.streams, subscription.Options{
		Sender: w.endpoint, Limits: w.limits, Log: testLog(w.t),
		HandOver: func(ctx context.Context, id string) error {
			if w.handedOver == nil {
				return errors.New("there is nobody else")
			}
			return w.handedOver(ctx, id)
		},
	})
	w.check(err)
	w.Manager = m
	w.check(m.Reload(context.Background()))
	synctest.Wait()
}

// restart replaces the manager as a crash would: what it had in memory is lost.
func (w *world) restart(down time.Duration) {
	w.t.Helper()
	w.Close()
	time.Sleep(down)
	w.start()
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) webhook(id, pattern string, streams ...string) {
	w.t.Helper()
	w.create(id, wake.Config{
		Type: wake.Webhook, Pattern: pattern, Streams: streams,
		WebhookURL: "https://worker.example/hook", LeaseTTL: 10_000,
	})
}

func (w *world) pull(id, pattern string, streams ...string) {
	w.t.Helper()
	w.create(id, wake.Config{
		Type: wake.PullWake, Pattern: pattern, Streams: streams,
		WakeStream: "wake/pool", LeaseTTL: 10_000,
	})
}

func (w *world) create(id string, config wake.Config) {
	w.t.Helper()
	_, created, err := w.Create(context.Background(), id, base, config)
	w.check(err)
	if !created {
		w.t.Fatalf("%s was there already", id)
	}
	synctest.Wait()
}

// links renders the links of a subscription: "path type acked", one a line.
func (w *world) links(id string) string {
	w.t.Helper()
	d, err := w.Describe(context.Background(), id)
	w.check(err)
	var lines []string
	for _, link := range d.Streams {
		acked := strings.TrimLeft(stream.FormatOffset(link.Acked)[17:], "0")
		lines = append(lines, link.Path+" "+link.Type()+" "+orZero(acked))
	}
	return strings.Join(lines, "\n")
}

func (w *world) wantLinks(id, want string) {
	w.t.Helper()
	if got := w.links(id); got != want {
		w.t.Errorf("links of %s:\n%s\nwant:\n%s", id, got, want)
	}
}

// delivery waits until nothing moves any more and returns the request that is
// waiting then.
func (w *world) delivery() *subscriptiontest.Delivery {
	w.t.Helper()
	synctest.Wait()
	d := w.endpoint.Poll()
	if d == nil {
		w.t.Fatal("no delivery is under way")
	}
	return d
}

func (w *world) noDelivery() {
	w.t.Helper()
	synctest.Wait()
	if d := w.endpoint.Poll(); d != nil {
		w.t.Fatalf("unexpected delivery of generation %d", d.Generation)
	}
}

func (w *world) wantErr(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("error %v, want %v", err, want)
	}
}

func (w *world) claim(id, worker string) subscription.Claim {
	w.t.Helper()
	claim, err := w.Claim(context.Background(), id, worker)
	w.check(err)
	return claim
}

func report(c subscription.Claim, done bool, acks ...subscription.Ack) subscription.Report {
	return subscription.Report{
		Token: c.Token, WakeID: c.WakeID, Generation: c.Generation, Done: done, Acks: acks,
	}
}

func ack(path string, position uint64) subscription.Ack {
	return subscription.Ack{Stream: path, Offset: stream.FormatOffset(position)}
}

func wakeEvents(w *world) int { synctest.Wait(); return len(w.streams.Messages("wake/pool")) }

func orZero(digits string) string {
	if digits == "" {
		return "0"
	}
	return digits
}
