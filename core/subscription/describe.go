package subscription

import (
	"context"

	"ursula/core/subscription/wake"
)

// Description is a subscription as clients see it.
type Description struct {
	wake.Subscription
	Streams []wake.Link // in the order of paths
	KeyID   string      // of the webhook signing key in force
}

// Describe returns a subscription. Errors wrap ErrNotFound.
func (m *Manager) Describe(ctx context.Context, id string) (Description, error) {
	d, err := m.load(ctx, id)
	if err != nil {
		return Description{}, err
	}
	links, err := d.all(ctx)
	if err != nil {
		return Description{}, err
	}
	kid, err := m.keys.KeyID(ctx)
	return Description{Subscription: d.head, Streams: links, KeyID: kid}, err
}
