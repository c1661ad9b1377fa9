package server

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/infra/otel/oteltest"
)

// traced is a configuration of a server that tells a collector of what is asked
// for.
func traced(t *testing.T, c *oteltest.Collector) config.Config {
	k := plain(t)
	k.Traces = config.Traces{Endpoint: c.URL()}
	return k
}

// client is the span in which the client of ask sends its requests.
const client = "00f067aa0ba902b7"

// ask sends a request of a trace that a client follows, and none if it is empty.
func (s running) ask(t *testing.T, method, stream, trace, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+stream, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	if trace != "" {
		r.Header.Set("traceparent", "00-"+trace+"-"+client+"-01")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, stream, answer.Status)
	}
}

// way is how a trace came from the span that its client follows to the
// notification, each span with the server that it is of: nil if some of it is
// missing yet. What an append tried in vain, while leadership moved, is left out.
func way(spans []oteltest.Span, trace string) (names []string) {
	byID := make(map[string]oteltest.Span)
	at := ""
	for _, s := range spans {
		if s.Trace == trace {
			byID[s.ID] = s
			if s.Name == "notify" {
				at = s.ID
			}
		}
	}
	for at != client {
		s, found := byID[at]
		if !found {
			return nil
		}
		names = append(names, s.Name+" @"+s.Instance)
		at = s.Parent
	}
	slices.Reverse(names)
	return names
}

// expected is the way of an append that came to one server, while another one or
// the same led.
func expected(here, leader string) []string {
	names := []string{"POST /v1/stream/{path} @" + here}
	if here != leader {
		names = append(names, "forward/propose @"+here, "forward/propose @"+leader)
	}
	return append(names, "propose @"+leader, "notify @"+leader)
}

// stages names the spans of a trace that are inside its entry.
func stages(spans []oteltest.Span, trace string) (names []string) {
	for _, s := range spans {
		if s.Trace == trace && slices.Contains([]string{"queue", "journal", "quorum", "apply", "notify"}, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// crossed checks an append that came to one server, and reports whether another
// one led.
func crossed(t *testing.T, spans []oteltest.Span, trace, here string) bool {
	t.Helper()
	got := way(spans, trace)
	_, leader, _ := strings.Cut(got[len(got)-1], "@")
	if want := expected(here, leader); !slices.Equal(got, want) {
		t.Errorf("an append went\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := stages(spans, trace); len(got) != 5 {
		t.Errorf("stages %v", got)
	}
	return here != leader
}

// TestATraceCrossesTheCluster appends through each of three servers, until one of
// them forwarded, and asks the collector where each append went.
func TestATraceCrossesTheCluster(t *testing.T) {
	c := oteltest.Start(t)
	servers := run(t, trio(t, func() config.Config { return traced(t, c) })...)
	servers[0].ask(t, http.MethodPut, "a", "", "")
	var traces []string
	for forwarded := 0; forwarded == 0; {
		round := len(traces)
		for i, s := range servers {
			traces = append(traces, fmt.Sprintf("4bf92f3577b34da6a3ce929d%08x", round+i))
			s.ask(t, http.MethodPost, "a", traces[round+i], "hello")
		}
		spans := c.Wait(func(spans []oteltest.Span) bool {
			return !slices.ContainsFunc(traces, func(trace string) bool { return way(spans, trace) == nil })
		})
		for i, trace := range traces[round:] {
			if crossed(t, spans, trace, fmt.Sprint(i+1)) {
				forwarded++
			}
		}
	}
	spans := c.Spans()
	for _, s := range spans {
		if !slices.Contains(traces, s.Trace) {
			t.Errorf("somebody was followed whom nobody asked to: %+v", s)
		}
	}
	documented(t, spans)
}

// documented expects docs/tracing.md to list what spans are called and made of.
func documented(t *testing.T, spans []oteltest.Span) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/tracing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range spans {
		names := slices.Collect(maps.Keys(s.Attributes))
		if s.Kind != "SPAN_KIND_SERVER" || s.Attributes["http.request.method"] == "" {
			names = append(names, s.Name)
		}
		for _, name := range names {
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/tracing.md does not list %s", name)
			}
		}
	}
}

// TestTheEndSendsWhatWaits: a span of the last moment is not lost.
func TestTheEndSendsWhatWaits(t *testing.T) {
	c := oteltest.Start(t)
	k := traced(t, c)
	k.Engine = config.EngineMemory
	servers := run(t, k)
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	servers[0].ask(t, http.MethodPut, "a", trace, "")
	servers[0].end()
	if got := c.Spans(); len(got) != 5 { // request, propose, queue, apply, notify
		t.Errorf("%d spans: %+v", len(got), got)
	}
}

// TestTheEndDoesNotWaitForACollector that hangs: it is given up within the time
// that requests have to finish.
func TestTheEndDoesNotWaitForACollector(t *testing.T) {
	c := oteltest.Start(t)
	c.Hang()
	k := traced(t, c)
	k.Engine, k.DrainTimeout = config.EngineMemory, 100*time.Millisecond
	servers := run(t, k)
	servers[0].ask(t, http.MethodPut, "a", "4bf92f3577b34da6a3ce929d0e0e4736", "")
	c.Asked()
	servers[0].end() // returns
	if spans := c.Spans(); len(spans) > 0 {
		t.Errorf("sent %+v", spans)
	}
}
