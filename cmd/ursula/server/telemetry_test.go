package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ursula/cmd/ursula/config"
	"ursula/core/cold"
	"ursula/core/journal"
	"ursula/core/node"
	"ursula/infra/otel"
)

// openServer opens everything behind the public listener.
func openServer(t *testing.T) *Server {
	t.Helper()
	c := config.Default()
	c.AdminListen, c.Data, c.Groups = "127.0.0.1:0", t.TempDir(), 2
	s := &Server{config: c, log: slog.New(slog.DiscardHandler), failed: make(chan error, 8)}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// send asks the public handler and returns the status.
func send(s *Server, method, target, body string) int {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "text/plain")
	w := httptest.NewRecorder()
	s.public.Handler.ServeHTTP(w, r)
	return w.Code
}

// scrape returns what the administrator's handler tells of a metric, by name and
// labels.
func scrape(t *testing.T, s *Server, metric string) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.admin.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	line := regexp.MustCompile("(?m)^" + regexp.QuoteMeta(metric) + " (.*)$").FindStringSubmatch(w.Body.String())
	if line == nil {
		return "nothing"
	}
	return line[1]
}

// TestMetricsOfARunningServer follows two streams and their requests from the
// public handler to a scrape.
func TestMetricsOfARunningServer(t *testing.T) {
	s := openServer(t)
	for _, row := range []struct {
		method, target, body string
		status               int
	}{
		{"PUT", "/v1/stream/a", "", 201}, {"PUT", "/v1/stream/b", "hello", 201},
		{"POST", "/v1/stream/a", "hello", 204}, {"POST", "/v1/stream/missing", "x", 404},
		{"GET", "/v1/stream/a?offset=-1", "", 200}, {"GET", "/v1/stream/a?offset=-1&live=long-poll", "", 200},
		{"GET", "/v1/stream/__ds/subscriptions/none", "", 404}, {"GET", "/elsewhere", "", 404},
	} {
		if got := send(s, row.method, row.target, row.body); got != row.status {
			t.Errorf("%s %s: %d, want %d", row.method, row.target, got, row.status)
		}
	}
	const count = "ursula_http_request_duration_seconds_count"
	for metric, want := range map[string]string{
		"ursula_groups": "2", "ursula_groups_leading": "2", "ursula_streams": "2", "ursula_live_readers": "0",
		"ursula_ready":           "0", // nobody awaits it here
		"ursula_hot_limit_bytes": "2.68435456e+08",
		count + `{method="PUT",route="stream",status="2xx"}`:  "2",
		count + `{method="POST",route="stream",status="2xx"}`: "1",
		count + `{method="POST",route="stream",status="4xx"}`: "1",
		count + `{method="GET",route="stream",status="2xx"}`:  "1",
		count + `{method="GET",route="live",status="2xx"}`:    "1",
		count + `{method="GET",route="control",status="4xx"}`: "1",
		count + `{method="GET",route="other",status="4xx"}`:   "1",
	} {
		if got := scrape(t, s, metric); got != want {
			t.Errorf("%s is %s, want %s", metric, got, want)
		}
	}
	for _, metric := range []string{"ursula_hot_bytes", "ursula_unflushed_bytes", "ursula_journal_records_total",
		"ursula_journal_disk_bytes", "ursula_journal_sync_duration_seconds_count"} {
		if got := scrape(t, s, metric); got == "0" || got == "nothing" {
			t.Errorf("%s is %s after appends", metric, got)
		}
	}
}

// TestTell gives every figure of a node that is told a number of its own.
func TestTell(t *testing.T) {
	got := tell(node.Stats{
		Groups: 1, Leading: 2, Streams: 3, Hot: 4, Pending: 5, Objects: 6, Cold: 7,
		JournalDisk: 8, JournalLive: 9, Journal: journal.Stats{Records: 10, Segments: 11},
		Flush: cold.FlushStats{Objects: 12, ObjectBytes: 13, StreamBytes: 14, ShedBytes: 15, PutFailures: 16,
			CommitFailures: 17, SweepFailures: 18, Deleted: 19, Orphans: 20},
		Read: cold.ReadStats{Reads: 21, Bytes: 22, IndexReads: 23, Failures: 24},
	})
	want := otel.Snapshot{
		Groups: 1, Leading: 2, Streams: 3,
		Memory: otel.Memory{Hot: 4, Unflushed: 5},
		Cold: otel.Cold{Objects: 6, Bytes: 7, FlushedObjects: 12, FlushedBytes: 13, FlushedStream: 14, Shed: 15,
			PutFailures: 16, CommitFailures: 17, SweepFailures: 18, Deleted: 19, Orphans: 20,
			Reads: 21, ReadBytes: 22, IndexReads: 23, ReadFailures: 24},
		Journal: otel.Journal{Disk: 8, Live: 9, Records: 10, Segments: 11},
	}
	if got != want {
		t.Errorf("told %+v, want %+v", got, want)
	}
}

// TestMetricsBeforeTheNode scrapes a server whose storage is not open yet.
func TestMetricsBeforeTheNode(t *testing.T) {
	s := &Server{config: config.Default(), log: slog.New(slog.DiscardHandler)}
	s.config.AdminListen = "127.0.0.1:0"
	telemetry, err := newTelemetry(s)
	if err != nil {
		t.Fatal(err)
	}
	s.telemetry = telemetry
	if err := s.openAdmin(); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if got := scrape(t, s, "ursula_streams"); got != "nothing" {
		t.Errorf("ursula_streams is %s", got)
	}
	if got := scrape(t, s, "go_goroutines"); got == "nothing" {
		t.Error("the process tells nothing about itself")
	}
}

func TestRouteOf(t *testing.T) {
	names := routes().Names
	for _, row := range []struct{ method, target, route string }{
		{"POST", "/v1/stream/a", "stream"},
		{"GET", "/v1/stream/a?offset=-1", "stream"},
		{"GET", "/v1/stream/a?live=sse&offset=now", "live"},
		{"GET", "/v1/stream/a?offset=now&live=long-poll", "live"},
		{"GET", "/v1/stream/a?alive=yes", "stream"},
		{"POST", "/v1/stream/a?live=sse", "stream"},
		{"GET", "/v1/stream/__ds/jwks.json", "control"},
		{"GET", "/v1/stream/__dsx", "stream"},
		{"GET", "/", "other"},
	} {
		if got := names[routeOf(httptest.NewRequest(row.method, row.target, nil))]; got != row.route {
			t.Errorf("%s %s: %s, want %s", row.method, row.target, got, row.route)
		}
	}
}

// TestTheAdminPortOfAServerThatCloses answers for as long as it listens, and asks
// nothing of what may be closed.
func TestTheAdminPortOfAServerThatCloses(t *testing.T) {
	s := openServer(t)
	s.closing.Store(true)
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/metrics": 503, "/v1/cluster": 503} {
		w := httptest.NewRecorder()
		s.admin.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
