// Package otel tells the outside how a server fares, through OpenTelemetry.
//
// It owns the names, units and meanings of all metrics (docs/metrics.md lists
// them), what is measured where it happens, and the readers by which metrics
// leave the process; which requests are traced, the spans of requests, and the
// queue by which spans leave (docs/tracing.md). It is the only importer of
// OpenTelemetry and of the Prometheus libraries.
//
// Three kinds of figures meet here, each by the cheapest way that suits it:
// what the server counts anyway is asked for once a scrape, as a Snapshot;
// journal syncs, some thousands a second at most, go to instruments of the SDK;
// HTTP requests, of which one sync may serve hundreds, go to plain atomic
// counters that the readers collect from.
//
// Which request is traced is decided before the SDK is asked: for one that is not,
// it would make a span without an effect, a context and a copy of the request.
//
// A process that opens no Telemetry pays nothing: no other package calls this
// one. The package does not know streams, groups, files or paths; it is told
// figures and the names of routes.
package otel
