package subscription

import (
	"context"
	"log/slog"
	"time"
)

// Options configure a Manager. The zero value of a field means its default.
type Options struct {
	Sender Sender       // nil is an error: the caller decides what webhooks may reach
	Limits Limits       //
	Log    *slog.Logger // nil discards

	// HandOver has the node that drives a subscription take it over: it was changed
	// here, perhaps, by whoever drove it before. It fails unless that node has done
	// so. Nil is for a node without others.
	HandOver func(ctx context.Context, id string) error

	DeliveryTimeout time.Duration // of one webhook request or wake event; 30 s
	TokenTTL        time.Duration // of callback and claim tokens; 24 h
}

// Limits bound what subscriptions may hold. The zero value of a field means its
// default.
type Limits struct {
	Subscriptions int // that one node drives; 10,000
	Links         int // streams of one subscription; 10,000
	Deliveries    int // under way at once on one node; 64
	Hints         int // streams with appends that were not yet looked at; 4,096
}

// Limits that are part of the interface rather than of a deployment.
const (
	MaxID     = 128 // bytes of a subscription's id
	MaxWorker = 256 // bytes of a worker's name
)

// workers is how many subscriptions a node moves on at the same time. They wait
// for commits, not for processors.
const workers = 8

// parters is how many subscriptions a node hands over at the same time.
const parters = 8

// retryDelay is the pause before a subscription is looked at again after the
// records or the streams could not be reached.
const retryDelay = time.Second

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.HandOver == nil {
		o.HandOver = func(context.Context, string) error { return errNoDriver }
	}
	if o.DeliveryTimeout == 0 {
		o.DeliveryTimeout = 30 * time.Second
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = 24 * time.Hour
	}
	o.Limits = o.Limits.withDefaults()
	return o
}

func (l Limits) withDefaults() Limits {
	for _, field := range []struct {
		value    *int
		fallback int
	}{{&l.Subscriptions, 10_000}, {&l.Links, 10_000}, {&l.Deliveries, 64}, {&l.Hints, 4096}} {
		if *field.value == 0 {
			*field.value = field.fallback
		}
	}
	return l
}
