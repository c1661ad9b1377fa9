package subscription_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/wake"
)

// seat is what one of three nodes knows: the same records, and whether it leads them.
type seat struct {
	*subscription.Manager
	*subscriptiontest.Records
	leads bool
}

// Leads implements subscription.Records.
func (s *seat) Leads(string) bool { return s.leads }

// ListAll implements subscription.Records.
func (s *seat) ListAll(ctx context.Context, prefix string, visit subscription.Visit) error {
	if !s.leads {
		return nil
	}
	return s.Records.ListAll(ctx, prefix, visit)
}

// trio are three nodes, the third of which leads. The first takes the second for the
// leader until that one refuses.
type trio struct {
	seats    [3]*seat
	streams  *subscriptiontest.Streams
	endpoint *subscriptiontest.Endpoint
	asked    int // who is taken for the leader
	refusals int
}

func newTrio(t *testing.T) *trio {
	t.Helper()
	c := &trio{streams: subscriptiontest.NewStreams(), endpoint: subscriptiontest.NewEndpoint(), asked: 1}
	records := subscriptiontest.NewRecords()
	for i := range c.seats {
		s := &seat{Records: records, leads: i == 2}
		m, err := subscription.Open(s, c.streams, subscription.Options{Sender: c.endpoint, Log: testLog(t), HandOver: c.handOver})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		c.streams.Listen(func(events []stream.Event) { m.Appended(events) })
		s.Manager, c.seats[i] = m, s
		if err := m.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *trio) handOver(ctx context.Context, id string) error {
	err := c.seats[c.asked].TakeOver(ctx, id)
	if errors.Is(err, subscription.ErrElsewhere) {
		c.refusals++
		c.asked = 2
	}
	return err
}

// deliver wants a wake of that generation, and acknowledges it.
func (c *trio) deliver(t *testing.T, generation uint64) {
	t.Helper()
	synctest.Wait()
	d := c.endpoint.Poll()
	if d == nil || d.Generation != generation {
		t.Fatalf("after %d refusals the delivery is %v, want generation %d", c.refusals, d, generation)
	}
	d.Answer(true, nil)
	synctest.Wait()
}

// A subscription is made by a node that has just lost the lead, and takes another for
// its successor that does not have it either. That one says so, and the node asks until
// it finds who leads, which then finds also what was written meanwhile.
func TestWhoIsAskedMayNotLeadEither(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrio(t)
		if _, _, err := c.seats[0].Create(t.Context(), "s", base, wake.Config{
			Type: wake.Webhook, Pattern: "events/*", WebhookURL: "https://worker.example/hook", LeaseTTL: 10_000,
		}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		c.streams.Write("events/a", "1") // nobody follows it yet
		time.Sleep(2 * time.Second)
		c.deliver(t, 1)
		c.streams.Write("events/a", "2")
		c.deliver(t, 2)
		if c.refusals != 1 {
			t.Errorf("%d refusals, want one", c.refusals)
		}
	})
}
