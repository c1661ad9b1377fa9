package problem_test

import (
	"net/http/httptest"
	"testing"

	"ursula/core/protocol/problem"
)

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		name string
		in   problem.Problem
		want string
	}{
		{
			"derived type and title",
			problem.Problem{Status: 404, Code: "stream-not-found"},
			`{"code":"stream-not-found","status":404,"title":"Not Found","type":"urn:ursula:problem:stream-not-found"}`,
		},
		{
			"given members win",
			problem.Problem{Status: 409, Type: "urn:x", Title: "T", Detail: "a \"quoted\"\r\nline", Code: "c"},
			`{"code":"c","detail":"a \"quoted\"\r\nline","status":409,"title":"T","type":"urn:x"}`,
		},
		{
			"extra cannot replace a standard member",
			problem.Problem{Status: 400, Extra: map[string]any{"status": 1, "error": map[string]any{"code": "FENCED"}}},
			`{"error":{"code":"FENCED"},"status":400,"title":"Bad Request","type":"about:blank"}`,
		},
		{
			"inexpressible extra is dropped",
			problem.Problem{Status: 500, Extra: map[string]any{"f": func() {}}},
			`{"status":500,"title":"Internal Server Error","type":"about:blank"}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			problem.Write(w, c.in)
			if got := w.Body.String(); got != c.want+"\n" {
				t.Errorf("body\n got %s\nwant %s", got, c.want)
			}
			if w.Code != c.in.Status {
				t.Errorf("status %d, want %d", w.Code, c.in.Status)
			}
		})
	}
}

func TestWriteKeepsHeadersButNotTheBodysOnes(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Etag", `"a"`)
	w.Header().Set("Cache-Control", "public")
	w.Header().Set("Retry-After", "1")
	problem.Write(w, problem.Problem{Status: 503})
	for name, want := range map[string]string{
		"Etag": "", "Cache-Control": "no-store", "Retry-After": "1",
		"Content-Type":                 "application/problem+json",
		"X-Content-Type-Options":       "nosniff",
		"Cross-Origin-Resource-Policy": "cross-origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}
