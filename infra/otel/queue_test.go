package otel

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"ursula/infra/otel/oteltest"
)

// TestWhatIsSentIsCounted, with the headers that the exporter's variables ask for.
func TestWhatIsSentIsCounted(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20dXNlcg")
	c := oteltest.Start(t)
	telemetry := follow(t, TraceOptions{Endpoint: c.URL() + "/", Sample: 1})
	for range 3 {
		ask(telemetry, http.MethodPost, "/", "", 204)
	}
	c.Wait(func(spans []oteltest.Span) bool { return len(spans) == 3 }) // without being drained
	drain(t, telemetry)
	if sent, dropped := telemetry.spans.sent.Load(), telemetry.spans.dropped.Load(); sent != 3 || dropped != 0 {
		t.Errorf("%d sent, %d dropped", sent, dropped)
	}
	if got := c.Header("Authorization"); got != "Basic dXNlcg" {
		t.Errorf("authorization %q", got)
	}
}

// TestACollectorThatHangs costs requests nothing: what it does not take is
// dropped beyond the bound, and the end does not wait for it.
func TestACollectorThatHangs(t *testing.T) {
	c := oteltest.Start(t)
	c.Hang()
	telemetry := follow(t, TraceOptions{Endpoint: c.URL(), Sample: 1})
	const more = 500
	for range maxWaiting + more {
		ask(telemetry, http.MethodPost, "/", "", 204)
	}
	c.Asked()
	if dropped := telemetry.spans.dropped.Load(); dropped != more {
		t.Errorf("%d dropped, want those beyond the %d that may wait: %d", dropped, maxWaiting, more)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := telemetry.Drain(ctx); err == nil {
		t.Error("all was sent")
	}
	c.GivenUp()
	if sent := telemetry.spans.sent.Load(); sent > 0 {
		t.Errorf("%d sent", sent)
	}
}

// TestACollectorThatFails loses spans, which are counted, and is logged once
// until it works again.
func TestACollectorThatFails(t *testing.T) {
	var said strings.Builder
	c := oteltest.Start(t)
	telemetry := follow(t, TraceOptions{})
	log := slog.New(slog.NewTextHandler(&said, nil))
	var err error
	telemetry.traces, err = openTraces(TraceOptions{Endpoint: c.URL(), Sample: 1}, byQuery(), &telemetry.spans, log)
	if err != nil {
		t.Fatal(err)
	}
	send := func() {
		ask(telemetry, http.MethodPost, "/", "", 204)
		if err := telemetry.traces.provider.ForceFlush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	c.Refuse(http.StatusBadRequest)
	send()
	send()
	c.Refuse(http.StatusOK)
	send()
	if sent, dropped := telemetry.spans.sent.Load(), telemetry.spans.dropped.Load(); sent != 1 || dropped != 2 {
		t.Errorf("%d sent, %d dropped", sent, dropped)
	}
	if warned, back := strings.Count(said.String(), "takes no spans"), strings.Count(said.String(), "again"); warned != 1 || back != 1 {
		t.Errorf("logged:\n%s", &said)
	}
}

// TestACollectorThatIsAway is no reason not to start.
func TestACollectorThatIsAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	telemetry := follow(t, TraceOptions{Endpoint: "http://" + l.Addr().String(), Sample: 1})
	ask(telemetry, http.MethodPost, "/", "", 204)
	drain(t, telemetry)
	if dropped := telemetry.spans.dropped.Load(); dropped != 1 {
		t.Errorf("%d dropped", dropped)
	}
}
