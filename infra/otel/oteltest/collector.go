// Package oteltest is a collector of traces for tests: it takes what a server
// sends by OTLP over HTTP, and says what came.
//
// It owns the double's behaviour, well and ill, and knows spans as the protocol
// has them, not as those who make them.
package oteltest

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Collector is an HTTP server that keeps spans. Its methods may be called
// concurrently.
type Collector struct {
	t      testing.TB
	server *httptest.Server

	mu      sync.Mutex
	spans   []Span
	headers http.Header   // of the last request
	status  int           // what it answers, if not 200
	hang    chan struct{} // closed when it may answer, nil if it may
	changed chan struct{} // closed when spans come
	asked   chan struct{} // closed when a request came
	given   chan struct{} // closed when one that got no answer was given up
}

// Start begins to take spans, until the test ends.
func Start(t testing.TB) *Collector {
	c := &Collector{t: t, changed: make(chan struct{}), asked: make(chan struct{}), given: make(chan struct{})}
	c.server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(func() {
		c.Resume()
		c.server.Close()
	})
	return c
}

// URL is the base URL that the server is told.
func (c *Collector) URL() string { return c.server.URL }

// Refuse answers all that comes with a status; 200 ends that.
func (c *Collector) Refuse(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

// Hang answers nothing until Resume.
func (c *Collector) Hang() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hang = make(chan struct{})
}

// Resume answers again.
func (c *Collector) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hang != nil {
		close(c.hang)
		c.hang = nil
	}
}

// Asked returns once a request came, whatever became of it.
func (c *Collector) Asked() { <-c.asked }

// GivenUp returns once a request was given up that had no answer.
func (c *Collector) GivenUp() { <-c.given }

// Spans returns what came so far.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Header returns a field of the last request.
func (c *Collector) Header(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.headers.Get(name)
}

// Wait returns the spans once enough says that they suffice.
func (c *Collector) Wait(enough func([]Span) bool) []Span {
	for {
		c.mu.Lock()
		came, changed := append([]Span(nil), c.spans...), c.changed
		c.mu.Unlock()
		if enough(came) {
			return came
		}
		<-changed
	}
}

func (c *Collector) serve(w http.ResponseWriter, r *http.Request) {
	body, err := content(r)
	c.mu.Lock()
	c.headers = r.Header.Clone()
	status, hang := c.status, c.hang
	c.mu.Unlock()
	c.once(c.asked)
	if hang != nil {
		select {
		case <-hang:
		case <-r.Context().Done():
			c.once(c.given)
			return
		}
	}
	var sent collector.ExportTraceServiceRequest
	switch {
	case status != 0 && status != http.StatusOK:
		w.WriteHeader(status)
	case r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf":
		c.t.Errorf("the collector was asked %s %s, %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusNotFound)
	case err != nil || proto.Unmarshal(body, &sent) != nil:
		c.t.Errorf("the collector cannot read %d bytes: %v", len(body), err)
		w.WriteHeader(http.StatusBadRequest)
	default:
		c.keep(&sent)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}
}

// once closes a channel that may be closed already.
func (c *Collector) once(happened chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-happened:
	default:
		close(happened)
	}
}

func content(r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(r.Body)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func (c *Collector) keep(sent *collector.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range sent.ResourceSpans {
		about := texts(resource.Resource.GetAttributes())
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, read(s, about))
			}
		}
	}
	close(c.changed)
	c.changed = make(chan struct{})
}
