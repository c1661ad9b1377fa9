package bench

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ursula/core/client/clienttest"
)

func figure(t *testing.T, r Result, name string) float64 {
	t.Helper()
	f, found := r.Figure(name)
	if !found {
		t.Fatalf("no %s in %+v", name, r.Figures)
	}
	return f.Value
}

// striking kills nobody; ":" is the shell's command that does nothing.
func striking() Failover {
	return Failover{Streams: 4, Payload: 10, Readers: 2, Kills: 2, Kill: ":", Restart: ":"}
}

func TestFailoverEndsWhenAllWritersAreBack(t *testing.T) {
	r, err := striking().Run(t.Context(), toServer(t, clienttest.New(t)), Options{})
	if err != nil || r.ErrorCount() != 0 || figure(t, r, "kills") != 2 || figure(t, r, "appends") < 2*4 {
		t.Fatalf("%v, %+v", err, r)
	}
}

func TestPatientClientsGoAroundADeadNode(t *testing.T) {
	target := toServer(t, clienttest.New(t))
	run := runName()
	if err := createStreams(t.Context(), target, run, 4, octets, nil); err != nil {
		t.Fatal(err)
	}
	target.nodes = append(target.nodes, "127.0.0.1:1")
	f := striking()
	c := f.start(t.Context(), target, run, past{})
	c.open()
	if _, err := f.strike(t.Context(), "1", c); err != nil {
		t.Fatal(err)
	}
	c.stop()
	if _, failed := c.appends.count(); failed != 0 {
		t.Fatalf("%d writers gave up", failed)
	}
}

// TestAnOutageLastsUntilTheSlowestWriterIsBack answers 503 from the kill on, as often as
// there are refusals.
func TestAnOutageLastsUntilTheSlowestWriterIsBack(t *testing.T) {
	const refusals = 20
	dead := filepath.Join(t.TempDir(), "dead.")
	var refused atomic.Int64
	target := failing(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := os.Stat(dead + "1")
		if err == nil && strings.HasSuffix(r.URL.Path, "-3") && refused.Add(1) <= refusals {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	f := striking()
	f.Kills, f.Readers, f.Kill = 1, 0, "f() { : >"+dead+"$1; }; f"
	r, err := f.Run(t.Context(), target, Options{})
	if err != nil || r.ErrorCount() != 0 || figure(t, r, "repeated requests") < refusals {
		t.Fatalf("%v, %+v", err, r)
	}
	if least := (refusals * patientPause).Seconds() * 1000; figure(t, r, "outage max") < least {
		t.Fatalf("an outage of %v ms is less than the pauses of the writer that waited", figure(t, r, "outage max"))
	}
}

func TestARefusalThatNoRetryChangesIsAnError(t *testing.T) {
	var stored atomic.Int64
	target := failing(t, func(w http.ResponseWriter, _ *http.Request) {
		if stored.Add(1) > 10 {
			w.WriteHeader(http.StatusConflict)
		}
	})
	f := striking()
	f.Readers = 0
	c := f.start(t.Context(), target, "r", past{})
	c.wg.Wait()
	if _, errors := c.appends.totals(); errors["append: status 409"] != int64(f.Streams) {
		t.Fatalf("%v", errors)
	}
}

func TestHistoryMustBeWhatWasWritten(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "-0") {
			_, _ = w.Write([]byte("ab"))
		} else {
			_, _ = w.Write([]byte("aX"))
		}
	}))
	t.Cleanup(server.Close)
	target := toServer(t, server.URL)
	p := past{target: target, run: "r", want: []byte("abc")}
	for i, good := range []bool{true, false} {
		c, err := target.dial(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.read(c, i); (err == nil) != good {
			t.Errorf("stream %d: %v", i, err)
		}
		c.close()
	}
}

func TestTheNodeThatLeadsMostIsKilled(t *testing.T) {
	f := striking()
	f.Admin = telling(t, `{"members":[{"id":"a","leads":1},{"id":"b","leads":3},{"id":"c","leads":2}]}`)
	if node, err := f.victim(t.Context(), Target{}); err != nil || node != "b" {
		t.Fatalf("%q, %v", node, err)
	}
	f.Admin = Target{}
	if node, err := f.victim(t.Context(), Target{nodes: []string{"x"}}); err != nil || node != "1" {
		t.Fatalf("%q, %v", node, err)
	}
}

func TestACommandThatFailsIsTold(t *testing.T) {
	f := striking()
	f.Restart = "echo gone; false"
	r, err := f.Run(t.Context(), toServer(t, clienttest.New(t)), Options{Warmup: time.Millisecond})
	if err != nil || r.ErrorCount() != 1 {
		t.Fatalf("%v, %v", err, r.Errors)
	}
	for kind := range r.Errors {
		if !strings.Contains(kind, "gone") {
			t.Error(kind)
		}
	}
}

// TestTheNextKillWaitsForTheNodeBefore lets a restarted node be ready at the third look.
func TestTheNextKillWaitsForTheNodeBefore(t *testing.T) {
	f := striking()
	f.Admin = telling(t, leaderless, leaderless, lopsided)
	f.Settle = time.Millisecond
	c := &crowd{}
	if err := f.mend(t.Context(), "1", c); err != nil || len(c.notes) != 1 || !strings.Contains(c.notes[0], "equally many") {
		t.Fatalf("%v, notes %q", err, c.notes)
	}
}
