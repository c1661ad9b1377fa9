package otel

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// server is a handler behind the middleware, its snapshot, and a port to scrape.
type server struct {
	t         *testing.T
	telemetry *Telemetry
	snapshot  atomic.Pointer[Snapshot]
	cluster   atomic.Pointer[Cluster]
	public    *httptest.Server
	admin     *httptest.Server
}

func newServer(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{t: t}
	telemetry, err := Open(Options{Snapshot: s.take, Cluster: s.takeCluster, Routes: byQuery(), Logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	s.telemetry = telemetry
	s.public = httptest.NewUnstartedServer(telemetry.Middleware(handler))
	s.public.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.public.Start()
	s.admin = httptest.NewServer(telemetry.Handler())
	t.Cleanup(func() {
		s.public.Close()
		s.admin.Close()
		if err := telemetry.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// byQuery are two routes, of which requests with a query take the second.
func byQuery() Routes {
	return Routes{Names: []string{"plain", "query"}, Templates: []string{"/plain", ""}, Of: func(r *http.Request) int {
		return min(1, len(r.URL.RawQuery))
	}}
}

func (s *server) take() (Snapshot, bool) {
	if p := s.snapshot.Load(); p != nil {
		return *p, true
	}
	return Snapshot{}, false
}

func (s *server) takeCluster() (Cluster, bool) {
	if c := s.cluster.Load(); c != nil {
		return *c, true
	}
	return Cluster{}, false
}

// send asks the handler and reports the status.
func (s *server) send(method, target string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.public.URL+target, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.public.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// scrape reads what a Prometheus server would.
func (s *server) scrape() map[string]*dto.MetricFamily {
	s.t.Helper()
	answer, err := s.admin.Client().Get(s.admin.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("scrape: %s", answer.Status)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return families
}

// numbered returns a snapshot whose fields are 1, 2, 3 ..., and how many it has.
func numbered() (s Snapshot, fields int64) {
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Struct {
				fill(f)
			} else {
				fields++
				f.SetInt(fields)
			}
		}
	}
	fill(reflect.ValueOf(&s).Elem())
	return s, fields
}

// numberedCluster returns a cluster whose fields are 1, 2, 3 ..., with one peer whose
// figures go on from there.
func numberedCluster() (c Cluster) {
	number := int64(0)
	var fill func(reflect.Value)
	fill = func(v reflect.Value) {
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Struct:
				fill(f)
			case reflect.Int64:
				number++
				f.SetInt(number)
			}
		}
	}
	fill(reflect.ValueOf(&c).Elem())
	p := Peer{ID: "2", Links: []Link{{Class: "log", Up: true}, {Class: "call"}}}
	fill(reflect.ValueOf(&p).Elem())
	for i := range p.Links {
		fill(reflect.ValueOf(&p.Links[i]).Elem())
	}
	c.Peers = []Peer{p}
	return c
}

// busy is a server of which every metric can be scraped.
func busy(t *testing.T) *server {
	t.Helper()
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {})
	snapshot, _ := numbered()
	s.snapshot.Store(&snapshot)
	cluster := numberedCluster()
	s.cluster.Store(&cluster)
	s.telemetry.Synced(4096, 130*time.Microsecond)
	s.send(http.MethodGet, "/")
	return s
}
