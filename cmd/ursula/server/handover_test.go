package server

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
)

// TestAHandoverSucceedsOnlyWithTheDriver asks a node that is starting, one that does not
// lead, one that does, and finds nobody to ask.
func TestAHandoverSucceedsOnlyWithTheDriver(t *testing.T) {
	records := subscriptiontest.NewRecords()
	m, err := subscription.Open(records, subscriptiontest.NewStreams(), subscription.Options{Sender: subscriptiontest.NewEndpoint()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	other, leader, here := &cluster{}, "2", false
	handOver := newHandover(
		func(string) (string, bool) { return leader, here },
		func(ctx context.Context, node string, m method, payload ...[]byte) ([]byte, error) {
			if node != "2" || m != methodTakeOver {
				t.Errorf("node %s is asked for %d", node, m)
			}
			return other.answerTakeOver(ctx, "1", bytes.Join(payload, nil))
		})
	want := func(when string, want error) {
		t.Helper()
		if err := handOver(t.Context(), "s"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	want("the other node starts", errStarting)
	other.subscriptions.Store(m)
	records.Hide(subscription.Home("s"))
	want("it does not lead", subscription.ErrElsewhere)
	records.Hide()
	want("it leads", nil)
	leader = ""
	want("nobody leads", errNoDriver)
	leader, here = "1", true
	want("this node leads", errNoDriver)
}
