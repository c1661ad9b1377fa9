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

// Describe returns a subscription, and has it looked at: another node may have changed
// it that no longer drives it. Errors wrap ErrNotFound.
func (m *Manager) Describe(ctx context.Context, id string) (Description, error) {
	d, err := m.load(ctx, id)
	if err != nil {
		return Description{}, err
	}
	links, err := d.all(ctx)
	if err != nil {
		return Description{}, err
	}
	if m.records.Leads(Home(id)) {
		d.stageKnown(links)
		m.index.follow(d)
		m.work.add(id)
	}
	kid, err := m.keys.KeyID(ctx)
	return Description{Subscription: d.head, Streams: links, KeyID: kid}, err
}
