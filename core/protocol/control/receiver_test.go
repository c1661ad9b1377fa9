package control_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// receiver is a webhook endpoint that hands every request to the test.
type receiver struct {
	url      string
	requests chan notification
}

type notification struct {
	object
	raw       []byte
	signature string
}

func newReceiver(t *testing.T, answer string) *receiver {
	r := &receiver{requests: make(chan notification, 16)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		n := notification{signature: q.Header.Get("Webhook-Signature")}
		n.raw, _ = io.ReadAll(q.Body)
		if err := json.Unmarshal(n.raw, &n.object); err != nil {
			t.Error(err)
		}
		r.requests <- n
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) subscribe(s *site, id string) object {
	return s.want(201, "PUT", "/subscriptions/"+id,
		fmt.Sprintf(`{"type":"webhook","pattern":"events/*","webhook":{"url":%q},"lease_ttl_ms":600000,"description":"d"}`, r.url))
}

// verify checks a notification's signature with the published keys.
func verify(t *testing.T, s *site, n notification) bool {
	t.Helper()
	response, err := http.Get(s.url + "/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Type"); got != "application/jwk-set+json" {
		t.Errorf("content type of the keys: %s", got)
	}
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile(`^t=(\d+),kid=([^,]+),ed25519=([\w-]+)$`).FindStringSubmatch(n.signature)
	if parts == nil || len(set.Key(parts[2])) != 1 {
		t.Fatalf("signature %q, keys %v", n.signature, set)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.Verify(set.Key(parts[2])[0].Key.(ed25519.PublicKey), append([]byte(parts[1]+"."), n.raw...), signature)
}
