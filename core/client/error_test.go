package client

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestRefusalsMatchTheirSentinels(t *testing.T) {
	all := []error{ErrNotFound, ErrGone, ErrConflict, ErrClosed, ErrGap, ErrFenced}
	cases := []struct {
		e    *Error
		want []error
	}{
		{&Error{Status: 404}, []error{ErrNotFound}},
		{&Error{Status: 410}, []error{ErrGone}},
		{&Error{Status: 409}, []error{ErrConflict}},
		{&Error{Status: 409, Closed: true}, []error{ErrConflict, ErrClosed}},
		{&Error{Status: 409, Expected: "3"}, []error{ErrConflict, ErrGap}},
		{&Error{Status: 403, Epoch: "3"}, []error{ErrFenced}},
		{&Error{Status: 403}, nil},
	}
	for _, c := range cases {
		for _, sentinel := range all {
			if got, want := errors.Is(c.e, sentinel), slices.Contains(c.want, sentinel); got != want {
				t.Errorf("%+v is %v: %t", c.e, sentinel, got)
			}
		}
	}
}

func TestRefusalExplainsItself(t *testing.T) {
	cases := map[string]struct {
		mediaType, body, want string
	}{
		"problem document": {"application/problem+json", `{"title":"Closed","detail":"no more appends"}`, "append URL: 409 Closed: no more appends (retry after 2s)"},
		"plain text":       {"text/plain; charset=utf-8", "nope\nmore", "append URL: 409 Conflict: nope (retry after 2s)"},
		"nothing":          {"", "", "append URL: 409 Conflict (retry after 2s)"},
		"broken document":  {"application/problem+json", `{`, "append URL: 409 Conflict (retry after 2s)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := &fake{refuse: []http.Handler{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.mediaType)
				w.Header().Set("Retry-After", "2")
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(c.body))
			})}}
			_, err := serve(t, f).Append(t.Context(), nil, AppendOptions{})
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			refused.URL = "URL"
			if refused.Error() != c.want {
				t.Fatalf("got %q", refused)
			}
		})
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "-3": 0, "soon": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute,
		now.Add(-time.Hour).Format(http.TimeFormat):  0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestWaitsGrowToTheirBound(t *testing.T) {
	r := Retry{}.orDefault()
	for failures, most := range map[int]time.Duration{1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 5: 1600 * time.Millisecond, 8: 10 * time.Second, 1000: 10 * time.Second} {
		for range 100 {
			if d := r.wait(failures); d < most/2 || d > most {
				t.Fatalf("after %d failures %v, want %v to %v", failures, d, most/2, most)
			}
		}
	}
}
