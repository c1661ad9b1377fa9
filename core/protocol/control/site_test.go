package control_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ursula/core/protocol/control"
	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/subscriptiontest"
	"ursula/core/subscription/webhook"
)

// object is a JSON object as a client reads it.
type object = map[string]any

// site is a server of the control paths over streams in memory.
type site struct {
	t       *testing.T
	streams *subscriptiontest.Streams
	url     string // of the control root
}

func newSite(t *testing.T, options control.Options) *site {
	t.Helper()
	streams := subscriptiontest.NewStreams()
	sender := webhook.NewClient(webhook.Policy{AllowLoopback: true}, nil)
	m, err := subscription.Open(subscriptiontest.NewRecords(), streams, subscription.Options{
		Sender: sender, Limits: subscription.Limits{Subscriptions: 3, Links: 1500},
	})
	if err != nil {
		t.Fatal(err)
	}
	streams.Listen(func(events []stream.Event) { m.Appended(events) })
	options.Root = "/v1/stream"
	server := httptest.NewServer(control.New(m, options))
	t.Cleanup(func() { server.Close(); m.Close(); sender.Close() })
	return &site{t, streams, server.URL + "/v1/stream/__ds"}
}

// do sends a request and returns the status, the body and the headers.
func (s *site) do(method, path, body string, token ...string) (int, object, http.Header) {
	s.t.Helper()
	target := path
	if !strings.HasPrefix(path, "http") {
		target = s.url + path
	}
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, t := range token {
		request.Header.Set("Authorization", "Bearer "+t)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var document object
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &document); err != nil {
			s.t.Fatalf("%s %s answered %q: %v", method, path, raw, err)
		}
	}
	return response.StatusCode, document, response.Header
}

func (s *site) want(status int, method, path, body string, token ...string) object {
	s.t.Helper()
	got, document, _ := s.do(method, path, body, token...)
	if got != status {
		s.t.Fatalf("%s %s answered %d, want %d: %v", method, path, got, status, document)
	}
	return document
}

// wantError checks that a request is refused as a problem with a code.
func (s *site) wantError(status int, code, method, path, body string, token ...string) object {
	s.t.Helper()
	got, document, header := s.do(method, path, body, token...)
	inner, _ := document["error"].(object)
	if got != status || inner["code"] != code || header.Get("Content-Type") != "application/problem+json" {
		s.t.Fatalf("%s %s answered %d %v, want %d %s", method, path, got, document, status, code)
	}
	return inner
}
