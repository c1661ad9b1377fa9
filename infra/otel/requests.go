package otel

import (
	"context"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Routes are the kinds of requests that are counted apart: few, because each
// costs a time series for every method and class of status.
type Routes struct {
	Names []string
	// Templates are the same routes as http.route, the path with its variable
	// parts in braces; empty for paths that are no route.
	Templates []string
	// Of returns the index of a request's route in Names. It may be called
	// concurrently.
	Of func(*http.Request) int
}

// other stands for methods that the protocol does not have.
const other = "other"

// Labels of requests. What is not listed is counted as the last one.
var (
	methods = [...]string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodHead,
		http.MethodDelete, http.MethodOptions, other}
	classes = [...]string{"2xx", "3xx", "4xx", "5xx"}
)

// requests holds a histogram of durations for each route, method and class. It
// is a Producer, not an instrument of the SDK: there a measurement looks up its
// attributes and takes a lock, which is an order of magnitude dearer than two
// additions (BenchmarkRecord).
type requests struct {
	routes Routes
	since  time.Time
	cells  []cell // by route, method, class
}

func newRequests(routes Routes, now time.Time) *requests {
	n := len(routes.Names) * len(methods) * len(classes)
	return &requests{routes: routes, since: now, cells: make([]cell, n)}
}

// record counts an answer. Status 0 means that there was none, an abort.
func (q *requests) record(r *http.Request, status int, took time.Duration) {
	route, method := q.routes.Of(r), methodIndex(r.Method)
	q.cells[(route*len(methods)+method)*len(classes)+classIndex(status)].add(took)
}

func methodIndex(method string) int {
	if i := slices.Index(methods[:len(methods)-1], method); i >= 0 {
		return i
	}
	return len(methods) - 1
}

func classIndex(status int) int {
	if i := status/100 - 2; i >= 0 && i < len(classes) {
		return i
	}
	return len(classes) - 1
}

// Produce tells what was counted since the start to a reader.
func (q *requests) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	histogram := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
	now := time.Now()
	for i := range q.cells {
		point := q.cells[i].read()
		if point.Count == 0 {
			continue
		}
		point.Attributes, point.StartTime, point.Time = q.labels(i), q.since, now
		histogram.DataPoints = append(histogram.DataPoints, point)
	}
	return []metricdata.ScopeMetrics{{
		Scope: instrumentation.Scope{Name: scope},
		Metrics: []metricdata.Metrics{{
			Name: "ursula.http.request.duration", Unit: "s", Data: histogram,
			Description: "Time from a request's head to the end of its answer, or to the hand-over of its connection.",
		}},
	}}, nil
}

func (q *requests) labels(i int) attribute.Set {
	class, i := i%len(classes), i/len(classes)
	method, route := i%len(methods), i/len(methods)
	return attribute.NewSet(
		attribute.String("route", q.routes.Names[route]),
		attribute.String("method", methods[method]),
		attribute.String("status", classes[class]),
	)
}
