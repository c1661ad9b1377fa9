package otel

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ursula/infra/otel/oteltest"
)

// TestLogsNameTheTrace of a request that is followed, and of no other.
func TestLogsNameTheTrace(t *testing.T) {
	c := oteltest.Start(t)
	telemetry := follow(t, TraceOptions{Endpoint: c.URL()})
	for traceparent, want := range map[string]bool{parent: true, unsampled: false, "": false} {
		var said strings.Builder
		log := slog.New(Logs(slog.NewTextHandler(&said, nil))).With("a", 1)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("traceparent", traceparent)
		telemetry.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			log.ErrorContext(r.Context(), "failed")
			log.Error("of no request")
		})).ServeHTTP(httptest.NewRecorder(), r)
		lines := strings.Split(said.String(), "\n")
		if got := strings.Contains(lines[0], "a=1 trace_id=0af7651916cd43dd8448eb211c80319c span_id="); got != want {
			t.Errorf("%q: logged %s", traceparent, lines[0])
		}
		if strings.Contains(lines[1], "trace_id") {
			t.Errorf("%q: logged %s", traceparent, lines[1])
		}
	}
}
