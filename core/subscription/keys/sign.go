package keys

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Signature returns the value of the Webhook-Signature header for a request
// body that is sent at now: the key in force signs "<Unix seconds>.<body>".
func (r *Ring) Signature(ctx context.Context, now time.Time, body []byte) (string, error) {
	set, _, err := r.load(ctx)
	if err != nil {
		return "", err
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	message := append([]byte(timestamp+"."), body...)
	signature := base64.RawURLEncoding.EncodeToString(ed25519.Sign(set.private(), message))
	return "t=" + timestamp + ",kid=" + keyID(set.public()) + ",ed25519=" + signature, nil
}

// KeyID returns the name of the key in force.
func (r *Ring) KeyID(ctx context.Context) (string, error) {
	set, _, err := r.load(ctx)
	if err != nil {
		return "", err
	}
	return keyID(set.public()), nil
}

// Public returns the keys that receivers may need at now, as the JSON Web Key
// Set that they fetch.
func (r *Ring) Public(ctx context.Context, now time.Time) (jose.JSONWebKeySet, error) {
	set, _, err := r.load(ctx)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	return set.published(now), nil
}
