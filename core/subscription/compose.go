package subscription

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription/keys"
	"ursula/core/subscription/wake"
	"ursula/core/subscription/webhook"
)

// wakeEvent is the message in a wake stream (PROTOCOL.md 7.2).
type wakeEvent struct {
	Type           string `json:"type"`
	SubscriptionID string `json:"subscription_id"`
	Stream         string `json:"stream"`
	Generation     uint64 `json:"generation"`
	Time           int64  `json:"ts"`
}

func (m *Manager) announce(ctx context.Context, head wake.Subscription) error {
	message, err := json.Marshal(wakeEvent{"wake", head.ID, head.Trigger, head.Generation, now()})
	if err != nil {
		return wrap("encode wake event", err)
	}
	name, err := stream.MakeName(stream.DefaultBucket, head.Config.WakeStream)
	if err != nil {
		return err
	}
	return wrap("append wake event", m.streams.Append(ctx, name, message))
}

// notification is the body of a webhook request (PROTOCOL.md 7.1).
type notification struct {
	SubscriptionID string       `json:"subscription_id"`
	WakeID         string       `json:"wake_id"`
	Generation     uint64       `json:"generation"`
	Streams        []StreamView `json:"streams"`
	CallbackURL    string       `json:"callback_url"`
	CallbackToken  string       `json:"callback_token"`
}

func (m *Manager) request(ctx context.Context, head wake.Subscription) (sent, error) {
	d, err := m.load(ctx, head.ID)
	if err != nil {
		return sent{}, err
	}
	if d.head.Fence(head.Generation, head.WakeID) != nil {
		return sent{}, errSuperseded
	}
	views, err := d.views(ctx)
	if err != nil {
		return sent{}, err
	}
	request, err := m.compose(ctx, d.head, views)
	if err != nil {
		return sent{}, err
	}
	reply, err := m.options.Sender.Send(ctx, request)
	return sent{views, reply.Done}, err
}

func (m *Manager) compose(ctx context.Context, head wake.Subscription, views []wake.View) (webhook.Request, error) {
	token, err := m.token(ctx, head)
	if err != nil {
		return webhook.Request{}, err
	}
	body, err := json.Marshal(notification{
		SubscriptionID: head.ID, WakeID: head.WakeID, Generation: head.Generation,
		Streams:       present(views),
		CallbackURL:   head.Base + "/subscriptions/" + url.PathEscape(head.ID) + "/callback",
		CallbackToken: token,
	})
	if err != nil {
		return webhook.Request{}, wrap("encode notification", err)
	}
	signature, err := m.keys.Signature(ctx, time.Now(), body)
	return webhook.Request{URL: head.Config.WebhookURL, Signature: signature, Body: body}, err
}

func (m *Manager) token(ctx context.Context, head wake.Subscription) (string, error) {
	grant := keys.Grant{Subscription: head.ID, Generation: head.Generation, WakeID: head.WakeID}
	return m.keys.Issue(ctx, grant, time.Now().Add(m.options.TokenTTL))
}
