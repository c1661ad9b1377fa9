package otel

import (
	"net/http"
	"time"
)

// measured is a handler whose answers are counted and timed, and some followed.
type measured struct {
	next     http.Handler
	requests *requests
	traces   *traces
}

// ServeHTTP counts a request when next returns, also when it panics, which
// net/http takes as a wish to abort the answer. A connection that next takes
// over counts as 200 from then on.
func (m *measured) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	answer := &answer{ResponseWriter: w}
	r, span := m.traces.begin(r, began)
	defer func() {
		took := time.Since(began)
		m.requests.record(r, answer.status, took)
		finish(span, answer.status, took, began)
	}()
	m.next.ServeHTTP(answer, r)
	answer.settle()
}

// answer remembers the status that was sent, 0 for none. The rest of what the
// writer can do is found by http.ResponseController.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader passes informational answers on without taking them for the last.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write sends 200 unless a status was sent.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// settle notes what net/http sends for those who said nothing.
func (a *answer) settle() {
	if a.status == 0 {
		a.status = http.StatusOK
	}
}

// Unwrap is how http.ResponseController finds the writer.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
