package subscription

import (
	"context"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Keys returns the public keys that verify webhook signatures.
func (m *Manager) Keys(ctx context.Context) (jose.JSONWebKeySet, error) {
	return m.keys.Public(ctx, time.Now())
}

// RotateKeys makes a new signing key; the old one stays published while
// signatures that it made may still be verified.
func (m *Manager) RotateKeys(ctx context.Context) error {
	return m.keys.Rotate(ctx, time.Now())
}
