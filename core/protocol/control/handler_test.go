package control_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ursula/core/protocol/control"
	"ursula/core/stream"
	"ursula/core/subscription"
)

func TestWebhookSubscription(t *testing.T) {
	s := newSite(t, control.Options{})
	r := newReceiver(t, `{"done":true}`)
	created := r.subscribe(s, "sub-1")
	signing := created["webhook"].(object)["signing"].(object)
	if signing["jwks_url"] != s.url+"/jwks.json" || signing["alg"] != "ed25519" || created["status"] != "active" ||
		created["wake_stream"] != nil || created["lease_ttl_ms"] != 600000.0 || created["subscription_id"] != "sub-1" {
		t.Errorf("created %v", created)
	}
	if again := s.want(200, "PUT", "/subscriptions/sub-1",
		fmt.Sprintf(`{"type":"webhook","pattern":"/events/*","webhook":{"url":%q},"lease_ttl_ms":600000,"description":"d"}`, r.url)); again["created_at"] != created["created_at"] {
		t.Errorf("confirmed %v", again)
	}
	s.wantError(409, "SUBSCRIPTION_ALREADY_EXISTS", "PUT", "/subscriptions/sub-1",
		fmt.Sprintf(`{"type":"webhook","pattern":"other/*","webhook":{"url":%q}}`, r.url))

	s.streams.Write("events/a", "123")
	n := <-r.requests
	if !verify(t, s, n) {
		t.Error("the signature does not verify")
	}
	if n.object["callback_url"] != s.url+"/subscriptions/sub-1/callback" {
		t.Errorf("callback URL %v", n.object["callback_url"])
	}
	s.streams.Write("events/a", "4")
	view := (<-r.requests).object["streams"].([]any)[0].(object)
	if view["acked_offset"] != stream.FormatOffset(3) || view["tail_offset"] != stream.FormatOffset(4) || view["has_pending"] != true {
		t.Errorf("second wake shows %v", view)
	}
	s.want(204, "DELETE", "/subscriptions/sub-1", "")
	s.want(204, "DELETE", "/subscriptions/sub-1", "")
	s.wantError(404, "SUBSCRIPTION_NOT_FOUND", "GET", "/subscriptions/sub-1", "")
}

func TestCallback(t *testing.T) {
	s := newSite(t, control.Options{})
	r := newReceiver(t, `{}`)
	r.subscribe(s, "sub-1")
	s.streams.Write("events/a", "123")
	n := (<-r.requests).object
	callback, token := n["callback_url"].(string), n["callback_token"].(string)
	body := func(wakeID any, offset string) string {
		return fmt.Sprintf(`{"wake_id":%q,"generation":%v,"acks":[{"stream":"events/a","offset":%q}],"done":true}`,
			wakeID, n["generation"], offset)
	}
	good := body(n["wake_id"], stream.FormatOffset(3))
	s.wantError(401, "TOKEN_INVALID", "POST", callback, good)
	s.wantError(401, "TOKEN_INVALID", "POST", callback, good, "forged")
	s.wantError(409, "FENCED", "POST", callback, body("w_other", stream.FormatOffset(3)), token)
	s.wantError(409, "INVALID_OFFSET", "POST", callback, body(n["wake_id"], stream.FormatOffset(4)), token)
	s.wantError(400, "INVALID_REQUEST", "POST", callback, `{"generation":"1"}`, token)
	s.wantError(400, "INVALID_REQUEST", "POST", "/subscriptions/sub-1/claim", `{"worker":"w"}`)
	if got := s.want(200, "POST", callback, good, token); len(got) != 2 || got["ok"] != true || got["next_wake"] != false {
		t.Errorf("callback answered %v", got)
	}
	s.wantError(409, "FENCED", "POST", callback, good, token)
}

func TestPullWake(t *testing.T) {
	s := newSite(t, control.Options{})
	s.streams.Create("wake/pool")
	s.want(201, "PUT", "/subscriptions/p", `{"type":"pull-wake","pattern":"events/*","wake_stream":"wake/pool"}`)
	s.wantError(409, "NO_PENDING_WORK", "POST", "/subscriptions/p/claim", `{"worker":"one"}`)
	s.streams.Write("events/a", "123")
	claim := s.want(200, "POST", "/subscriptions/p/claim", `{"worker":"one"}`)
	held := s.wantError(409, "ALREADY_CLAIMED", "POST", "/subscriptions/p/claim", `{"worker":"two"}`)
	if held["current_holder"] != "one" || held["generation"] != claim["generation"] {
		t.Errorf("held by %v", held)
	}
	body := fmt.Sprintf(`{"wake_id":%q,"generation":%v,"acks":[{"stream":"events/a","offset":%q}]}`,
		claim["wake_id"], claim["generation"], stream.FormatOffset(2))
	token := claim["token"].(string)
	if got := s.want(200, "POST", "/subscriptions/p/ack", body, token); got["next_wake"] != false {
		t.Errorf("heartbeat answered %v", got)
	}
	s.wantError(401, "TOKEN_INVALID", "POST", "/subscriptions/p/release", body)
	s.want(204, "POST", "/subscriptions/p/release", body, token)
	s.wantError(409, "FENCED", "POST", "/subscriptions/p/release", body, token)
	s.wantError(400, "INVALID_REQUEST", "POST", "/subscriptions/p/claim", `{}`)
}

func TestStreams(t *testing.T) {
	s := newSite(t, control.Options{})
	s.streams.Write("manual/b", "12")
	s.want(201, "PUT", "/subscriptions/p", `{"type":"pull-wake","streams":["manual/a"],"wake_stream":"wake/pool"}`)
	s.want(204, "POST", "/subscriptions/p/streams", `{"streams":["manual/b","a b/%2F"]}`)
	s.want(204, "DELETE", "/subscriptions/p/streams/"+url.PathEscape("a b/%2F"), "")
	got := fmt.Sprint(s.want(200, "GET", "/subscriptions/p", "")["streams"])
	for _, encoded := range []string{"manual%2Fb", "manual/b"} {
		s.want(204, "DELETE", "/subscriptions/p/streams/"+encoded, "")
	}
	if want := "acked_offset:" + stream.FormatOffset(2) + " link_type:explicit path:manual/b"; !strings.Contains(got, want) || strings.Contains(got, "%2F") {
		t.Errorf("streams %v", got)
	}
	left := s.want(200, "GET", "/subscriptions/p", "")["streams"].([]any)
	if len(left) != 1 || left[0].(object)["path"] != "manual/a" {
		t.Errorf("streams left %v", left)
	}
	s.wantError(404, "SUBSCRIPTION_NOT_FOUND", "POST", "/subscriptions/none/streams", `{"streams":["a"]}`)
	s.wantError(404, "SUBSCRIPTION_NOT_FOUND", "DELETE", "/subscriptions/none/streams/a", "")
}

func TestRefusals(t *testing.T) {
	s := newSite(t, control.Options{})
	const sub = "/subscriptions/p"
	many := `"` + strings.Repeat(`x","`, control.MaxStreams) + `x"`
	for _, c := range []struct {
		status             int
		code               string
		method, path, body string
	}{
		{400, "INVALID_REQUEST", "PUT", sub, ``},
		{400, "INVALID_REQUEST", "PUT", sub, `[]`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"webhook"`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"carrier pigeon","pattern":"a"}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"webhook","pattern":"a"}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"pull-wake","pattern":"a"}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"pull-wake","wake_stream":"w"}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"pull-wake","wake_stream":"w","streams":[1]}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"pull-wake","wake_stream":"w","pattern":"a","lease_ttl_ms":0}`},
		{400, "INVALID_REQUEST", "PUT", sub, `{"type":"pull-wake","wake_stream":"w","pattern":"a","lease_ttl_ms":1.5}`},
		{400, "INVALID_REQUEST", "PUT", "/subscriptions/" + strings.Repeat("x", 129), `{"type":"pull-wake","wake_stream":"w","pattern":"a"}`},
		{400, "INVALID_REQUEST", "PUT", "/subscriptions/a%2Fb", `{"type":"pull-wake","wake_stream":"w","pattern":"a"}`},
		{400, "WEBHOOK_URL_REJECTED", "PUT", sub, `{"type":"webhook","pattern":"a","webhook":{"url":"http://10.0.0.1/hook"}}`},
		{413, "BODY_TOO_LARGE", "PUT", sub, `{"description":"` + strings.Repeat("x", control.MaxBody) + `"}`},
		{413, "TOO_MANY_STREAMS", "PUT", sub, `{"type":"pull-wake","wake_stream":"w","streams":[` + many + `]}`},
		{413, "TOO_MANY_STREAMS", "POST", sub + "/streams", `{"streams":[` + many + `]}`},
		{400, "INVALID_REQUEST", "POST", sub + "/streams", `{"streams":[]}`},
		{404, "SUBSCRIPTION_NOT_FOUND", "POST", sub + "/claim", `{"worker":"w"}`},
		{404, "NOT_FOUND", "GET", "/", ``},
		{404, "NOT_FOUND", "GET", "/other", ``},
		{404, "NOT_FOUND", "GET", sub + "/other", ``},
		{405, "METHOD_NOT_ALLOWED", "PATCH", sub, ``},
		{405, "METHOD_NOT_ALLOWED", "GET", sub + "/claim", ``},
		{405, "METHOD_NOT_ALLOWED", "POST", "/jwks.json", ``},
	} {
		s.wantError(c.status, c.code, c.method, c.path, c.body)
	}
	for i := range 3 {
		s.want(201, "PUT", fmt.Sprint("/subscriptions/p", i), `{"type":"pull-wake","pattern":"a","wake_stream":"w"}`)
	}
	s.wantError(429, "LIMIT_EXCEEDED", "PUT", "/subscriptions/p3", `{"type":"pull-wake","pattern":"a","wake_stream":"w"}`)
	_, _, header := s.do("PATCH", sub, "")
	if got := header.Get("Allow"); got != "DELETE, GET, HEAD, PUT" {
		t.Errorf("Allow: %s", got)
	}
}

func TestPublicURLNamesTheServer(t *testing.T) {
	s := newSite(t, control.Options{PublicURL: "https://streams.example/"})
	created := s.want(201, "PUT", "/subscriptions/p",
		`{"type":"webhook","pattern":"a","webhook":{"url":"https://worker.example/"}}`)
	if got := created["webhook"].(object)["signing"].(object)["jwks_url"]; got != "https://streams.example/v1/stream/__ds/jwks.json" {
		t.Errorf("jwks_url %v", got)
	}
}

func TestProxyNamesTheScheme(t *testing.T) {
	s := newSite(t, control.Options{})
	request, err := http.NewRequest("PUT", s.url+"/subscriptions/p",
		strings.NewReader(`{"type":"webhook","pattern":"a","webhook":{"url":"https://worker.example/"}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Forwarded-Proto", "https")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	document, err := io.ReadAll(response.Body)
	want := strings.Replace(s.url, "http:", "https:", 1) + "/jwks.json"
	if err != nil || !strings.Contains(string(document), want) {
		t.Errorf("answered %s, %v; want %s in it", document, err, want)
	}
}

// failing is a Subscriptions whose records are out of reach.
type failing struct{ control.Subscriptions }

func (failing) Describe(context.Context, string) (subscription.Description, error) {
	return subscription.Description{}, fmt.Errorf("no leader for %s", "group 7")
}

func TestFailuresOfTheServerAreRetryable(t *testing.T) {
	w := httptest.NewRecorder()
	control.New(failing{}, control.Options{Root: "/v1/stream"}).
		ServeHTTP(w, httptest.NewRequest("GET", "/v1/stream/__ds/subscriptions/s", nil))
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" || bytes.Contains(w.Body.Bytes(), []byte("group 7")) {
		t.Errorf("answered %d %v %s", w.Code, w.Header(), w.Body)
	}
}
