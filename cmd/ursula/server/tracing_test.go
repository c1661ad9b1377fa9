package server

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/infra/otel/oteltest"
)

// greeting takes what a server says when it serves, and hands on its address.
type greeting chan string

// Write implements io.Writer.
func (g greeting) Write(p []byte) (int, error) {
	if url := regexp.MustCompile(`http://\S+/v1/stream/`).Find(p); url != nil {
		g <- string(url)
	}
	return len(p), nil
}

// running is a server of this process, in a cluster or for itself.
type running struct {
	url string // of its streams
	end func() // drains it
}

// run runs servers until they serve, all at the same time.
func run(t *testing.T, configs ...config.Config) (servers []running) {
	t.Helper()
	greeted := make([]greeting, len(configs))
	for i, c := range configs {
		greeted[i] = make(greeting, 1)
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(func() {
			if err := Run(ctx, c, slog.New(slog.DiscardHandler), greeted[i]); err != nil {
				t.Errorf("server %d: %v", i, err)
				close(greeted[i])
			}
		})
		end := sync.OnceFunc(func() {
			cancel()
			ended.Wait()
		})
		t.Cleanup(end)
		servers = append(servers, running{end: end})
	}
	for i := range servers {
		if servers[i].url = <-greeted[i]; servers[i].url == "" {
			t.Fatal("a server did not start")
		}
	}
	return servers
}

// traced is a configuration of a server that tells a collector of what is asked
// for, on addresses that the system picks.
func traced(t *testing.T, c *oteltest.Collector) config.Config {
	k := config.Default()
	k.Listen, k.AdminListen = "127.0.0.1:0", "127.0.0.1:0"
	k.Data, k.Groups = t.TempDir(), 2
	k.Traces = config.Traces{Endpoint: c.URL()}
	return k
}

// trio are the configurations of a cluster of three.
func trio(t *testing.T, c *oteltest.Collector) (configs []config.Config) {
	t.Helper()
	var peers []string
	for i := range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		k := traced(t, c)
		k.Cluster.NodeID, k.Cluster.Listen = fmt.Sprint(i+1), l.Addr().String()
		configs = append(configs, k)
		peers = append(peers, k.Cluster.NodeID+"="+k.Cluster.Listen)
	}
	for i := range configs {
		configs[i].Cluster.Peers = config.Peers(strings.Join(peers, ","))
	}
	return configs
}

// ask sends a request of a trace that a client follows, and none if it is empty.
func (s running) ask(t *testing.T, method, stream, trace, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+stream, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	if trace != "" {
		r.Header.Set("traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
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

// tree writes the spans of a trace down from one of them, each with the server
// that it is of.
func tree(spans []oteltest.Span, from oteltest.Span, depth int) string {
	text := fmt.Sprintf("%s%s @%s\n", strings.Repeat(" ", depth), from.Name, from.Instance)
	for _, s := range spans {
		if s.Trace == from.Trace && s.Parent == from.ID {
			text += tree(spans, s, depth+1)
		}
	}
	return text
}

// roots are the spans that continue what the client of ask follows, by trace.
func roots(spans []oteltest.Span) map[string]oteltest.Span {
	found := make(map[string]oteltest.Span)
	for _, s := range spans {
		if s.Parent == "00f067aa0ba902b7" {
			found[s.Trace] = s
		}
	}
	return found
}

// TestATraceCrossesTheCluster appends through each of three servers, and asks the
// collector where each append went: on the leader all stages are its own, and
// from the others one hop leads there.
func TestATraceCrossesTheCluster(t *testing.T) {
	c := oteltest.Start(t)
	servers := run(t, trio(t, c)...)
	servers[0].ask(t, http.MethodPut, "a", "", "")
	var traces []string
	for i, s := range servers {
		traces = append(traces, fmt.Sprintf("4bf92f3577b34da6a3ce929d0e0e473%d", i))
		s.ask(t, http.MethodPost, "a", traces[i], "hello")
	}
	for _, s := range servers {
		s.end() // which sends what waits
	}
	spans := c.Spans()
	const stages = "queue journal quorum apply notify"
	forwarded := 0
	for i, trace := range traces {
		root := roots(spans)[trace]
		got := strings.Fields(tree(spans, root, 0))
		here := fmt.Sprintf("@%d", i+1)
		if len(got) < 7 || strings.Join(got[:3], " ") != "POST /v1/stream/{path} "+here {
			t.Fatalf("node %d:\n%s", i+1, tree(spans, root, 0))
		}
		leader := here
		if got = got[3:]; got[0] == "forward/propose" {
			forwarded++
			if leader = got[3]; got[1] != here || got[2] != "forward/propose" || leader == here {
				t.Errorf("node %d:\n%s", i+1, tree(spans, root, 0))
			}
			got = got[4:]
		}
		want := "propose " + leader
		for stage := range strings.FieldsSeq(stages) {
			want += " " + stage + " " + leader
		}
		if strings.Join(got, " ") != want {
			t.Errorf("node %d:\n%s", i+1, tree(spans, root, 0))
		}
	}
	if forwarded != 2 {
		t.Errorf("%d of 3 appends were forwarded", forwarded)
	}
	if len(roots(spans)) != 3 || len(spans) != 3*7+2*2 {
		t.Errorf("%d spans: somebody was followed whom nobody asked to", len(spans))
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
