package subscription_test

import (
	"context"
	"fmt"
	"testing"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/wake"
)

// What an append costs the group's goroutine.
func BenchmarkAppended(b *testing.B) {
	for _, subscriptions := range []int{0, 1, 1000} {
		b.Run(fmt.Sprint("subscriptions=", subscriptions), func(b *testing.B) {
			m := openWith(b, subscriptions)
			events := []stream.Event{{Name: "v1/events/a", ID: 1, To: 256}}
			b.ReportAllocs()
			for b.Loop() {
				m.Appended(events)
			}
		})
	}
}

func openWith(b *testing.B, subscriptions int) *subscription.Manager {
	b.Helper()
	m, err := subscription.Open(subscriptiontest.NewRecords(), subscriptiontest.NewStreams(),
		subscription.Options{Sender: subscriptiontest.NewEndpoint()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(m.Close)
	for i := range subscriptions {
		config := wake.Config{Type: wake.PullWake, Pattern: fmt.Sprintf("other/%d/*", i), WakeStream: "wake"}
		if _, _, err := m.Create(context.Background(), fmt.Sprint("s", i), "", config); err != nil {
			b.Fatal(err)
		}
	}
	return m
}

// A worker's round: an append, the claim, the ack.
func BenchmarkClaimAndAck(b *testing.B) {
	for _, links := range []int{1, 1000} {
		b.Run(fmt.Sprint("links=", links), func(b *testing.B) {
			records, streams := subscriptiontest.NewRecords(), subscriptiontest.NewStreams()
			m, err := subscription.Open(records, streams, subscription.Options{Sender: subscriptiontest.NewEndpoint()})
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			for i := range links {
				streams.Create(fmt.Sprint("events/", i))
			}
			streams.Listen(m.Appended)
			config := wake.Config{Type: wake.PullWake, Pattern: "events/*", WakeStream: "wake"}
			if _, _, err := m.Create(context.Background(), "s", "", config); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				streams.Write("events/0", "x")
				round(b, m)
			}
		})
	}
}

func round(b *testing.B, m *subscription.Manager) {
	b.Helper()
	claim, err := m.Claim(context.Background(), "s", "worker")
	if err != nil {
		b.Fatal(err)
	}
	_, err = m.Ack(context.Background(), "s", report(claim, true, subscription.Ack{
		Stream: "events/0", Offset: claim.Streams[0].Tail,
	}))
	if err != nil {
		b.Fatal(err)
	}
}
