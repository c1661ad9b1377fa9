package subscriptiontest

import (
	"context"
	"encoding/json"

	"ursula/core/subscription"
	"ursula/core/subscription/webhook"
)

// Endpoint takes webhook requests in place of a network. A request waits until
// the test answers it, or its context ends.
type Endpoint struct {
	deliveries chan *Delivery
}

// Delivery is a request that waits for its answer.
type Delivery struct {
	webhook.Request
	Notification
	answer chan result
}

// Notification is the body of a request.
type Notification struct {
	SubscriptionID string                    `json:"subscription_id"`
	WakeID         string                    `json:"wake_id"`
	Generation     uint64                    `json:"generation"`
	Streams        []subscription.StreamView `json:"streams"`
	CallbackURL    string                    `json:"callback_url"`
	CallbackToken  string                    `json:"callback_token"`
}

type result struct {
	reply webhook.Reply
	err   error
}

// NewEndpoint returns an endpoint that nobody has called yet.
func NewEndpoint() *Endpoint { return &Endpoint{deliveries: make(chan *Delivery)} }

// Next waits for a request.
func (e *Endpoint) Next() *Delivery { return <-e.deliveries }

// Poll returns a request that is waiting, or nil.
func (e *Endpoint) Poll() *Delivery {
	select {
	case d := <-e.deliveries:
		return d
	default:
		return nil
	}
}

// Answer lets the sender go on.
func (d *Delivery) Answer(done bool, err error) { d.answer <- result{webhook.Reply{Done: done}, err} }

// CheckURL implements subscription.Sender with the strictest policy.
func (e *Endpoint) CheckURL(url string) error { return webhook.Policy{}.CheckURL(url) }

// Send implements subscription.Sender.
func (e *Endpoint) Send(ctx context.Context, request webhook.Request) (webhook.Reply, error) {
	d := &Delivery{Request: request, answer: make(chan result, 1)}
	if err := json.Unmarshal(request.Body, &d.Notification); err != nil {
		return webhook.Reply{}, err
	}
	select {
	case e.deliveries <- d:
	case <-ctx.Done():
		return webhook.Reply{}, ctx.Err()
	}
	select {
	case r := <-d.answer:
		return r.reply, r.err
	case <-ctx.Done():
		return webhook.Reply{}, ctx.Err()
	}
}
