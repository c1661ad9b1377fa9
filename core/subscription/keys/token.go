package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Why a token is refused.
var (
	ErrTokenInvalid = errors.New("token is invalid")
	ErrTokenExpired = errors.New("token has expired")
)

// Grant is what a token allows: to act for one wake of one subscription. The
// wake id, which is never used twice, also ties it to the subscription's
// incarnation.
type Grant struct {
	Subscription string
	Generation   uint64
	WakeID       string
}

type claims struct {
	jwt.Claims
	Generation uint64 `json:"gen"`
	WakeID     string `json:"wake"`
}

// issuer keeps these tokens apart from any other use of the secret.
const issuer = "ursula/subscription"

// Issue returns a token for grant: a JWT, signed with HMAC-SHA-256 because only
// the cluster itself ever verifies it. It is valid until expiry.
func (r *Ring) Issue(ctx context.Context, grant Grant, expiry time.Time) (string, error) {
	set, _, err := r.load(ctx)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: set.Secret}, nil)
	if err != nil {
		return "", fmt.Errorf("keys: issue: %w", err)
	}
	return jwt.Signed(signer).Claims(claims{
		Claims: jwt.Claims{
			Issuer: issuer, Subject: grant.Subscription, Expiry: jwt.NewNumericDate(expiry),
		},
		Generation: grant.Generation, WakeID: grant.WakeID,
	}).Serialize()
}

// Verify returns what a token allows at now. Errors wrap ErrTokenInvalid or
// ErrTokenExpired, or come from the records.
func (r *Ring) Verify(ctx context.Context, token string, now time.Time) (Grant, error) {
	set, _, err := r.load(ctx)
	if err != nil {
		return Grant{}, err
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return Grant{}, ErrTokenInvalid
	}
	var c claims
	if parsed.Claims(set.Secret, &c) != nil || c.Expiry == nil {
		return Grant{}, ErrTokenInvalid
	}
	if err := c.ValidateWithLeeway(jwt.Expected{Issuer: issuer, Time: now}, 0); err != nil {
		return Grant{}, refusal(err)
	}
	return Grant{Subscription: c.Subject, Generation: c.Generation, WakeID: c.WakeID}, nil
}

func refusal(err error) error {
	if errors.Is(err, jwt.ErrExpired) {
		return ErrTokenExpired
	}
	return ErrTokenInvalid
}
