// Package client runs the official Durable Streams TypeScript client, end to
// end, against a real server process: plain use, a producer whose answers get
// lost on the way, and live readers over kills of the server.
//
// It owns the world around the JavaScript tests: the process, the proxy that
// loses answers, and the control address by which a test has the server killed.
package client

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"ursula/integration/flaky"
	"ursula/integration/harness"
	"ursula/integration/vitest"
)

// loseEvery is how often the proxy loses the answer to an append.
const loseEvery = 3

func TestMain(m *testing.M) { harness.Main(m) }

func TestTypeScriptClient(t *testing.T) {
	server := harness.Start(t, harness.Config{Args: []string{"--long-poll-timeout", "500ms"}})
	target, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := flaky.New(target, loseEvery)
	front := serve(t, proxy)
	control := serve(t, controlOf(server, proxy))

	report := vitest.Run(t, ".", harness.URLVar+"="+server.URL(),
		"URSULA_TEST_PROXY_URL="+front, "URSULA_TEST_CONTROL_URL="+control)
	if err := report.Verdict(testCount); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d tests passed, %d answers were lost on the way", report.Passed, report.Total, proxy.Lost())
}

// testCount is how many tests the JavaScript files hold.
const testCount = 14

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// controlOf answers POST /revive once the server was killed and serves again,
// one at a time, and GET /lost with the number of answers that the proxy lost.
func controlOf(server *harness.Server, proxy *flaky.Proxy) http.Handler {
	var reviving sync.Mutex
	mux := http.NewServeMux()
	mux.HandleFunc("POST /revive", func(w http.ResponseWriter, r *http.Request) {
		reviving.Lock()
		defer reviving.Unlock()
		if err := server.Revive(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET /lost", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, proxy.Lost())
	})
	return mux
}
