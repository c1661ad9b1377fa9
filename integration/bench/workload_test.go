package bench

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ursula/core/client/clienttest"
)

// brief is a run that is long enough to do something on a machine that has time.
func brief() Options { return Options{Warmup: 10 * time.Millisecond, Duration: 50 * time.Millisecond} }

// runUntil runs a load for longer and longer until it has come to what is looked for, and
// returns the last result: where nobody has time, a brief run does nothing.
func runUntil(t *testing.T, w Workload, target Target, enough func(Result) bool) Result {
	t.Helper()
	for o := brief(); ; o.Duration *= 4 {
		r, err := w.Run(t.Context(), target, o)
		if err != nil {
			t.Fatalf("%s: %v", w.Name(), err)
		}
		if enough(r) || o.Duration > 10*time.Second {
			return r
		}
	}
}

func toServer(t *testing.T, roots ...string) Target {
	t.Helper()
	target, err := ParseTarget("test", roots)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestEveryWorkloadRunsWithoutErrors(t *testing.T) {
	target := toServer(t, clienttest.New(t))
	for _, c := range []struct {
		workload Workload
		positive string // a figure that must be
	}{
		{Append{Streams: 4, Payload: 10}, "throughput"},
		{Append{Streams: 5, Payload: 10, Producer: true, Connections: 2}, "throughput"},
		{Head{Streams: 4}, "throughput"},
		{Head{Streams: 5, Connections: 2}, "throughput"},
		{Fanout{Subscribers: 3, Rate: 500, Payload: 100}, "deliveries"},
		{Idle{Subscribers: 3}, ""},
		{Idle{}, ""},
		{Catchup{Size: 200_000, Chunk: 70_000}, "passes"},
		{Wake{Stored: 100_000, Payload: 10}, "wakes"},
		{Many{Streams: 50, Payload: 10}, "throughput"},
		{Datasync{Dir: t.TempDir(), Payload: 100}, "syncs"},
	} {
		t.Run(c.workload.Name(), func(t *testing.T) {
			did := func(r Result) bool {
				f, _ := r.Figure(c.positive)
				return c.positive == "" || f.Value > 0
			}
			r := runUntil(t, c.workload, target, func(r Result) bool { return r.ErrorCount() != 0 || did(r) })
			if r.ErrorCount() != 0 || !did(r) {
				t.Fatalf("%s of %+v, %v", c.positive, r.Figures, r.Errors)
			}
			if r.Workload != c.workload.Name() || len(r.Parameters) == 0 {
				t.Fatalf("%+v", r)
			}
		})
	}
}

func TestBareHandlerTakesTheAppendLoad(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- ServeBare(ctx, ln) }()
	r, err := Append{Streams: 2, Payload: 10}.Run(ctx, toServer(t, "http://"+ln.Addr().String()), brief())
	if err != nil || r.ErrorCount() != 0 {
		t.Fatalf("%v, %v", err, r.Errors)
	}
	cancel()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}

// failing answers appends with handler and everything else with 204.
func failing(t *testing.T, handler http.HandlerFunc) Target {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			handler(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return toServer(t, server.URL)
}

func TestAppendCountsErrorsByKind(t *testing.T) {
	refused := failing(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	counted := func(r Result) bool { return r.Errors["status 503"] > 0 }
	r := runUntil(t, Append{Streams: 2, Payload: 1}, refused, counted)
	if !counted(r) {
		t.Fatalf("%v", r.Errors)
	}
	if f, _ := r.Figure("throughput"); f.Value != 0 {
		t.Fatalf("refusals counted as throughput: %v", f)
	}
}

// TestAppendEndsWhenNoWriterIsLeft would take an hour otherwise.
func TestAppendEndsWhenNoWriterIsLeft(t *testing.T) {
	broken := failing(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	r, err := Append{Streams: 2, Payload: 1}.Run(t.Context(), broken, Options{Duration: time.Hour})
	if err != nil || r.ErrorCount() != 2 {
		t.Fatalf("%v, %v", err, r.Errors)
	}
}

func TestCatchupNoticesWrongBytes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Stream-Up-To-Date", "true")
			_, _ = w.Write(make([]byte, 100))
		}
	}))
	t.Cleanup(server.Close)
	noticed := func(r Result) bool { return r.Errors["read other bytes than were written"] > 0 }
	if r := runUntil(t, Catchup{Size: 100, Chunk: 100}, toServer(t, server.URL), noticed); !noticed(r) {
		t.Fatalf("%v", r.Errors)
	}
}

func TestRunsThatCannotBeginSayWhy(t *testing.T) {
	nobody := toServer(t, "http://127.0.0.1:1/v1/stream")
	for _, w := range []Workload{Append{Streams: 1}, Head{Streams: 1}, Fanout{Subscribers: 1, Rate: 1}, Idle{}, Catchup{Size: 1, Chunk: 1}, Wake{}, Many{Streams: 1},
		Ready{Limit: time.Millisecond}, Failover{Streams: 1}} {
		if _, err := w.Run(t.Context(), nobody, brief()); err == nil || !strings.Contains(err.Error(), "test") {
			t.Errorf("%s: %v", w.Name(), err)
		}
	}
}
