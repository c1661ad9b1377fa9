package keys

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ErrRecord says that the keys' record cannot be read.
var ErrRecord = errors.New("unreadable key record")

// setVersion is the version of the record's format, documented in
// docs/formats/subscription.md.
const setVersion = 1

// keySet is everything that the record holds.
type keySet struct {
	Version int       `json:"v"`
	Secret  []byte    `json:"secret"` // of tokens
	Seed    []byte    `json:"seed"`   // of the signing key in force
	Retired []retired `json:"retired,omitempty"`
}

// retired is a key that no longer signs.
type retired struct {
	Public ed25519.PublicKey `json:"public"`
	Until  int64             `json:"until"` // Unix seconds; published before it
}

func newSet(secret, seed []byte) keySet {
	return keySet{Version: setVersion, Secret: secret, Seed: seed}
}

func decode(record []byte) (keySet, error) {
	var s keySet
	if err := json.Unmarshal(record, &s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if s.Version != setVersion || len(s.Seed) != ed25519.SeedSize || len(s.Secret) < ed25519.SeedSize {
		return s, fmt.Errorf("%w: version %d", ErrRecord, s.Version)
	}
	return s, nil
}

func (s keySet) encode() ([]byte, error) { return json.Marshal(s) }

// rotated returns the set with a new signing key, and without retired keys that
// nobody needs any more.
func (s keySet) rotated(now time.Time, seed []byte) keySet {
	kept := []retired{{s.public(), now.Add(2 * ReplayWindow).Unix()}}
	for _, old := range s.Retired {
		if old.Until > now.Unix() {
			kept = append(kept, old)
		}
	}
	s.Seed, s.Retired = seed, kept
	return s
}

func (s keySet) private() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.Seed) }

func (s keySet) public() ed25519.PublicKey { return s.private().Public().(ed25519.PublicKey) }

// published returns the public keys that receivers may need at now, the one in
// force first.
func (s keySet) published(now time.Time) jose.JSONWebKeySet {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{webKey(s.public())}}
	for _, old := range s.Retired {
		if old.Until > now.Unix() {
			set.Keys = append(set.Keys, webKey(old.Public))
		}
	}
	return set
}

func webKey(public ed25519.PublicKey) jose.JSONWebKey {
	return jose.JSONWebKey{Key: public, KeyID: keyID(public), Algorithm: string(jose.EdDSA), Use: "sig"}
}

// keyID names a key by its RFC 7638 thumbprint, so that the name says nothing
// but the key and never changes.
func keyID(public ed25519.PublicKey) string {
	thumbprint, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		panic("keys: an Ed25519 key always has a thumbprint: " + err.Error())
	}
	return "ds_" + base64.RawURLEncoding.EncodeToString(thumbprint)
}
