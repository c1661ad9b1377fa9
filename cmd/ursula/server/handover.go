package server

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ursula/core/subscription"
)

// handoverPatience bounds how long the driver of a subscription may take to hear of it.
const handoverPatience = 5 * time.Second

var errNoDriver = errors.New("nobody else is known to drive it")

// takeOverRequest is the body of methodTakeOver.
type takeOverRequest struct {
	Subscription string `json:"subscription"`
}

// newHandover returns subscription.Options.HandOver: the driver is told of the
// subscription, and its answer is an error unless it drives it.
func newHandover(leader func(home string) (node string, here bool),
	call func(ctx context.Context, node string, m method, payload ...[]byte) ([]byte, error),
) func(ctx context.Context, id string) error {
	return func(ctx context.Context, id string) error {
		node, here := leader(subscription.Home(id))
		if here || node == "" {
			return errNoDriver
		}
		body, err := json.Marshal(takeOverRequest{id})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, handoverPatience)
		defer cancel()
		_, err = call(ctx, node, methodTakeOver, body)
		return err
	}
}

// answerTakeOver answers methodTakeOver.
func (c *cluster) answerTakeOver(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	var r takeOverRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return nil, err
	}
	m := c.subscriptions.Load()
	if m == nil {
		return nil, errStarting
	}
	return nil, m.TakeOver(ctx, r.Subscription)
}
