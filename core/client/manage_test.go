package client

import (
	"io"
	"net/http"
	"testing"
	"time"
)

func TestCreateSendsItsSettings(t *testing.T) {
	var got http.Header
	var body []byte
	f := &fake{refuse: []http.Handler{
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }),
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header
			body, _ = io.ReadAll(r.Body)
			w.Header().Set(headerNext, "x")
			w.WriteHeader(http.StatusCreated)
		})}}
	info, created, err := serve(t, f).Create(t.Context(), CreateOptions{
		ContentType: "text/plain", TTL: time.Hour, Closed: true, Body: []byte("all"),
		ExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600)),
	})
	if err != nil || !created || info.Next != "x" || string(body) != "all" {
		t.Fatalf("%+v, %t, %v, body %q", info, created, err, body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain", "Stream-TTL": "3600", "Stream-Closed": "true", "Stream-Expires-At": "2030-01-02T02:04:05.000006Z",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestHeadTellsTailAndClosure(t *testing.T) {
	info, err := serve(t, &fake{mediaType: "text/plain", data: []byte("abc"), closed: true}).Head(t.Context())
	if err != nil || info.Next != "o000003" || !info.Closed || info.ContentType != "text/plain" {
		t.Fatalf("%+v, %v", info, err)
	}
}

func TestCloseIsRepeatedAndDeleteIsNot(t *testing.T) {
	drop := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	done := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.Header.Get(headerClosed) != "true" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set(headerNext, "end")
		w.WriteHeader(http.StatusNoContent)
	})
	f := &fake{refuse: []http.Handler{drop, done, drop, done}}
	s := serve(t, f)
	if final, err := s.Close(t.Context()); err != nil || final != "end" {
		t.Fatal(final, err)
	}
	if err := s.Delete(t.Context()); err == nil || f.sent() != 3 {
		t.Fatalf("%v after %d requests", err, f.sent())
	}
}

func TestOnlyWebAddressesAreOpened(t *testing.T) {
	for _, u := range []string{"", "localhost:4437/x", "ftp://host/x", "http://", "http://a b/"} {
		if _, err := Open(u, Options{}); err == nil {
			t.Errorf("%q was accepted", u)
		}
	}
}
