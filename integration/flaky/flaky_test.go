package flaky

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

func TestLostAnswersWereCarriedOut(t *testing.T) {
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	defer server.Close()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := New(target, 3)
	front := httptest.NewServer(proxy)
	defer front.Close()

	failed := 0
	for range 9 {
		response, err := http.Post(front.URL, "text/plain", strings.NewReader("x"))
		if err != nil {
			failed++
			continue
		}
		response.Body.Close()
	}
	if failed != 3 || proxy.Lost() != 3 || served.Load() != 9 {
		t.Fatalf("%d failed, %d lost, %d served; want 3, 3, 9", failed, proxy.Lost(), served.Load())
	}
}
