package otel

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

// maxScrapes bounds the scrapes under way; more are answered 503.
const maxScrapes = 4

// pull is the reader that waits to be scraped.
type pull struct {
	reader  sdk.Reader
	handler http.Handler
}

// newPull makes the reader with a registry of its own, for the default one is
// shared by the whole process. Scope labels are left out: there is one scope.
func newPull(requests sdk.Producer, log *slog.Logger) (*pull, error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(
		exporter.WithRegisterer(registry),
		exporter.WithProducer(requests),
		exporter.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes),
		exporter.WithoutScopeInfo(),
		exporter.WithoutTargetInfo(),
	)
	if err != nil {
		return nil, err
	}
	if err := registerProcess(registry); err != nil {
		return nil, err
	}
	return &pull{reader, promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		MaxRequestsInFlight: maxScrapes,
	})}, nil
}

// registerProcess adds the figures of the Go runtime, the process and the build
// under the names that dashboards know. OpenTelemetry has instruments for the
// same with names of its own, which those dashboards do not know.
func registerProcess(registry *prometheus.Registry) error {
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	} {
		if err := registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}
