package keys_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ursula/core/subscription/keys"
	"ursula/core/subscription/subscriptiontest"
)

var start = time.Unix(1_778_324_210, 0)

func TestRacingNodesAgreeOnOneKey(t *testing.T) {
	records := subscriptiontest.NewRecords()
	ids := make([]string, 8)
	var nodes sync.WaitGroup
	for i := range ids {
		nodes.Go(func() {
			id, err := keys.NewRing(records).KeyID(context.Background())
			if err != nil {
				t.Error(err)
			}
			ids[i] = id
		})
	}
	nodes.Wait()
	for _, id := range ids {
		if id != ids[0] || !strings.HasPrefix(id, "ds_") || len(id) != 3+43 {
			t.Errorf("key ids %v", ids)
		}
	}
}

func TestPublishedKeys(t *testing.T) {
	ring := keys.NewRing(subscriptiontest.NewRecords())
	set := published(t, ring, start)
	encoded, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^{"keys":\[{"use":"sig","kty":"OKP","kid":"ds_[\w-]{43}","crv":"Ed25519","alg":"EdDSA","x":"[\w-]{43}"}\]}$`)
	if !want.Match(encoded) {
		t.Errorf("published %s", encoded)
	}
}

func TestSignaturesSurviveRotationWithinTheWindow(t *testing.T) {
	ctx := context.Background()
	records := subscriptiontest.NewRecords()
	ring := keys.NewRing(records)
	body := []byte(`{"a":1}`)
	old, err := ring.Signature(ctx, start, body)
	if err != nil {
		t.Fatal(err)
	}
	if !verifies(t, old, body, published(t, keys.NewRing(records), start)) {
		t.Error("a new ring over the same records does not know the key")
	}
	if verifies(t, old, []byte(`{"a":2}`), published(t, ring, start)) {
		t.Error("the signature covers nothing")
	}
	if err := ring.Rotate(ctx, start); err != nil {
		t.Fatal(err)
	}
	fresh, err := ring.Signature(ctx, start, body)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{0: true, keys.ReplayWindow: true, time.Hour: false} {
		set := published(t, ring, start.Add(after))
		if got := verifies(t, old, body, set); got != want {
			t.Errorf("old signature %v after the rotation: %v", after, got)
		}
		if !verifies(t, fresh, body, set) {
			t.Errorf("new signature %v after the rotation does not verify", after)
		}
	}
	value, _, err := records.Get(ctx, keys.Home, keys.Key)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(value, []byte(`"public"`)); n != 1 {
		t.Errorf("%d retired keys", n)
	}
	if err := ring.Rotate(ctx, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := len(published(t, ring, start.Add(time.Hour)).Keys); n != 2 {
		t.Errorf("%d published keys after the second rotation", n)
	}
}

func TestTokens(t *testing.T) {
	ctx := context.Background()
	records := subscriptiontest.NewRecords()
	ring := keys.NewRing(records)
	grant := keys.Grant{Subscription: "s", Generation: 7, WakeID: "w_1"}
	token, err := ring.Issue(ctx, grant, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotate(ctx, start); err != nil { // tokens have a secret of their own
		t.Fatal(err)
	}
	got, err := keys.NewRing(records).Verify(ctx, token, start)
	if err != nil || got != grant {
		t.Errorf("verified %+v, %v", got, err)
	}
	if _, err := ring.Verify(ctx, token, start.Add(time.Hour+time.Second)); !errors.Is(err, keys.ErrTokenExpired) {
		t.Errorf("after the expiry: %v", err)
	}
	for name, bad := range forgeries(t, token) {
		if _, err := ring.Verify(ctx, bad, start); !errors.Is(err, keys.ErrTokenInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func forgeries(t *testing.T, token string) map[string]string {
	t.Helper()
	other, err := keys.NewRing(subscriptiontest.NewRecords()).
		Issue(context.Background(), keys.Grant{Subscription: "s", Generation: 7, WakeID: "w_1"}, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	raw := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return map[string]string{
		"empty":            "",
		"nonsense":         "x.y.z",
		"another cluster":  other,
		"no algorithm":     raw(`{"alg":"none"}`) + "." + parts[1] + ".",
		"another one":      raw(`{"alg":"HS512"}`) + "." + parts[1] + "." + parts[2],
		"changed claims":   parts[0] + "." + raw(`{"sub":"s","gen":8,"exp":9999999999}`) + "." + parts[2],
		"cut signature":    parts[0] + "." + parts[1] + "." + parts[2][:10],
		"without an alg":   raw(`{}`) + "." + parts[1] + "." + parts[2],
		"something behind": token + ".x",
	}
}

func TestDamagedRecordIsNotReplaced(t *testing.T) {
	records := subscriptiontest.NewRecords()
	ring := keys.NewRing(records)
	published(t, ring, start)
	for _, damage := range []string{"", "{}", `{"v":2}`, `{"v":1,"seed":"AAAA","secret":"AAAA"}`} {
		records.Overwrite(keys.Key, []byte(damage))
		if _, err := ring.KeyID(context.Background()); !errors.Is(err, keys.ErrRecord) {
			t.Errorf("record %q: %v", damage, err)
		}
	}
}

func published(t *testing.T, ring *keys.Ring, now time.Time) jose.JSONWebKeySet {
	t.Helper()
	set, err := ring.Public(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// verifies checks a Webhook-Signature header the way a receiver does.
func verifies(t *testing.T, header string, body []byte, set jose.JSONWebKeySet) bool {
	t.Helper()
	parts := regexp.MustCompile(`^t=(\d+),kid=([^,]+),ed25519=([\w-]+)$`).FindStringSubmatch(header)
	if parts == nil {
		t.Fatalf("header %q", header)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Key(parts[2]) {
		message := fmt.Appendf(nil, "%s.%s", parts[1], body)
		return ed25519.Verify(key.Key.(ed25519.PublicKey), message, signature)
	}
	return false
}
