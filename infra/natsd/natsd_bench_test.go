package natsd_test

import (
	"fmt"
	"testing"

	"ursula/core/stream"
	"ursula/infra/natsd"
)

// pair returns a leader and a follower that are joined. What the follower hears
// is thrown away.
func pair(b *testing.B) (leader, follower *member) {
	w := newNetwork()
	leader = start(b, w, "1", nil)
	follower = start(b, w, "2", func(o *natsd.Options) { o.Deliver = func(*stream.Event) {} })
	leader.setPeers(b, "2")
	follower.setPeers(b, "1")
	until(b, leader.Connected)
	return leader, follower
}

// BenchmarkPublishWithoutInterest measures what the goroutine that applies pays
// for an event that no other node wants, while they want a number of others.
func BenchmarkPublishWithoutInterest(b *testing.B) {
	for _, others := range []int{0, 10_000} {
		b.Run(fmt.Sprint(others), func(b *testing.B) {
			leader, follower := pair(b)
			for i := range others {
				follower.Interest(stream.Name(fmt.Sprint("v1/other/", i)))
			}
			until(b, func() bool {
				before := leader.Stats().NoInterest
				leader.Publish(1, 1, []stream.Event{event(stream.Name(fmt.Sprint("v1/other/", others-1)), 0, "x")})
				return others == 0 || leader.Stats().NoInterest == before
			})
			events := []stream.Event{event("v1/a/stream/of/usual/length", 0, "x")}
			b.ReportAllocs()
			for b.Loop() {
				leader.Publish(1, 1, events)
			}
		})
	}
}

// BenchmarkPublish measures what the goroutine that applies pays for an event
// that another node wants. Beyond what can be carried NATS sheds interest, and
// events would cost nothing; so now and then it waits, unmeasured, until all are
// delivered.
func BenchmarkPublish(b *testing.B) {
	for _, size := range []int{256, 8 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			leader, follower := pair(b)
			events := []stream.Event{event("v1/s", 0, string(make([]byte, size)))}
			follower.Interest("v1/s")
			count := uint64(0)
			publish := func() {
				leader.Publish(1, 1, events)
				count++
			}
			until(b, func() bool {
				publish()
				return follower.Stats().Received > 0
			})
			delivered := func() bool {
				s := leader.Stats()
				return follower.Stats().Received+s.NoInterest+s.Dropped == count
			}
			b.ReportAllocs()
			for b.Loop() {
				if publish(); count%200 == 0 {
					b.StopTimer()
					until(b, delivered)
					b.StartTimer()
				}
			}
			if s := leader.Stats(); s.Dropped > 0 {
				b.Errorf("%d events were dropped", s.Dropped)
			}
		})
	}
}

// BenchmarkDelivery measures an event from Publish here to Deliver there, one at
// a time.
func BenchmarkDelivery(b *testing.B) {
	heard := make(chan struct{}, 1)
	w := newNetwork()
	leader := start(b, w, "1", nil)
	follower := start(b, w, "2", func(o *natsd.Options) {
		o.Deliver = func(*stream.Event) {
			select {
			case heard <- struct{}{}:
			default:
			}
		}
	})
	leader.setPeers(b, "2")
	follower.setPeers(b, "1")
	follower.Interest("v1/s")
	events := []stream.Event{event("v1/s", 0, string(make([]byte, 256)))}
	until(b, func() bool {
		leader.Publish(1, 1, events)
		return follower.Stats().Received == leader.Stats().Published && len(heard) > 0
	})
	<-heard
	for b.Loop() {
		leader.Publish(1, 1, events)
		<-heard
	}
}
