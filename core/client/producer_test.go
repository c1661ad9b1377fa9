package client

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestProducerStoresOnceThroughLostAnswers(t *testing.T) {
	f := &fake{mediaType: "text/plain"}
	f.cut = func(n int) int { // every append is stored, and two of three answers are lost
		if n%3 == 2 {
			return -1
		}
		return 0
	}
	p := serve(t, f).Producer("p", 0, "text/plain")
	for _, word := range []string{"a", "b", "c", "d"} {
		if _, err := p.Append(t.Context(), []byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	if f.stored() != "abcd" || f.sent() != 12 {
		t.Fatalf("stored %q after %d requests", f.stored(), f.sent())
	}
}

func TestProducerGoesOnAfterARefusal(t *testing.T) {
	tooLarge := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })
	f := &fake{mediaType: "text/plain", refuse: []http.Handler{tooLarge}}
	p := serve(t, f).Producer("p", 0, "text/plain")
	if _, err := p.Append(t.Context(), []byte("large")); err == nil {
		t.Fatal("no error")
	}
	if _, err := p.Append(t.Context(), []byte("b")); err != nil || f.stored() != "b" {
		t.Fatalf("%v, stored %q", err, f.stored())
	}
}

func TestProducerStopsAfterAnUnknownOutcome(t *testing.T) {
	f := &fake{mediaType: "text/plain", cut: func(int) int { return 0 }}
	p := serve(t, f).Producer("p", 0, "text/plain")
	if _, err := p.Append(t.Context(), []byte("a")); err == nil {
		t.Fatal("no error")
	}
	sent := f.sent()
	if _, err := p.Append(t.Context(), []byte("b")); err == nil || f.sent() != sent {
		t.Fatalf("%v after %d more requests", err, f.sent()-sent)
	}
}

func TestPlainAppendIsSentOnce(t *testing.T) {
	f := &fake{mediaType: "text/plain", cut: func(int) int { return 0 }}
	if _, err := serve(t, f).Append(t.Context(), strings.NewReader("a"), AppendOptions{}); err == nil {
		t.Fatal("no error")
	}
	if f.sent() != 1 {
		t.Fatalf("sent %d times", f.sent())
	}
	var refused *Error
	if _, err := serve(t, f).Append(t.Context(), strings.NewReader("a"), AppendOptions{}); errors.As(err, &refused) {
		t.Fatalf("a lost connection is no refusal: %v", err)
	}
}
