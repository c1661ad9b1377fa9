package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Sentinels that an *Error matches with errors.Is.
var (
	ErrNotFound = errors.New("stream does not exist")             // 404
	ErrGone     = errors.New("stream or offset is gone")          // 410
	ErrConflict = errors.New("conflict")                          // 409, also when ErrClosed or ErrGap matches
	ErrClosed   = errors.New("stream is closed")                  // 409 with Stream-Closed
	ErrGap      = errors.New("producer sequence has a gap")       // 409 with Producer-Expected-Seq
	ErrFenced   = errors.New("a newer producer epoch is at work") // 403 with Producer-Epoch
)

// Errors that the client itself finds.
var (
	// ErrProtocol is an answer that the protocol does not allow.
	ErrProtocol = errors.New("answer breaks the protocol")
	// ErrRewound is an answer that leads back before bytes which were already read: the
	// server has lost them, and what it stores in their place may differ.
	ErrRewound = errors.New("stream is shorter than what was read of it")
	// ErrTooLarge is a page or live batch above Options.MaxBatch.
	ErrTooLarge = errors.New("batch is too large")
)

// Error is a refusal by the server.
type Error struct {
	Op         string // what was asked for: create, append, ...
	URL        string
	Status     int
	Title      string        // of the problem document, or the status text
	Detail     string        // of the problem document, or a short plain body; may be empty
	RetryAfter time.Duration // 0: the server did not say
	Next       Offset        // tail of the stream, if told
	Closed     bool          // Stream-Closed was set
	Epoch      string        // Producer-Epoch in force, if told
	Expected   string        // Producer-Expected-Seq, if told
}

// Error is one line: what was refused, and why.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Op, e.URL, e.Status, e.Title)
	if e.Detail != "" && e.Detail != e.Title {
		text += ": " + e.Detail
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (retry after %v)", e.RetryAfter)
	}
	return text
}

// Is makes the sentinels match.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrGone:
		return e.Status == http.StatusGone
	case ErrConflict:
		return e.Status == http.StatusConflict
	case ErrClosed:
		return e.Status == http.StatusConflict && e.Closed
	case ErrGap:
		return e.Status == http.StatusConflict && e.Expected != ""
	case ErrFenced:
		return e.Status == http.StatusForbidden && e.Epoch != ""
	}
	return false
}

// temporary says whether the same request may succeed later.
func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented:
		return false
	}
	return e.Status >= 500
}

// maxProblem bounds what is read of an error's body.
const maxProblem = 16 << 10

// refusal makes the Error of a response and consumes its body.
func refusal(op, url string, r *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxProblem))
	e := &Error{
		Op: op, URL: url, Status: r.StatusCode, Title: http.StatusText(r.StatusCode),
		RetryAfter: retryAfter(r.Header.Get(headerRetryAfter), time.Now()),
		Next:       next(r.Header), Closed: says(r.Header, headerClosed),
		Epoch: r.Header.Get(headerEpoch), Expected: r.Header.Get(headerExpectedSeq),
	}
	e.explain(r.Header.Get(headerContentType), body)
	return e
}

// explain takes title and detail from a problem document, or else the first line of a text.
func (e *Error) explain(contentType string, body []byte) {
	kind, _, _ := mime.ParseMediaType(contentType)
	if kind == "application/problem+json" || kind == "application/json" {
		var problem struct{ Title, Detail string }
		if json.Unmarshal(body, &problem) == nil {
			if problem.Title != "" {
				e.Title = problem.Title
			}
			e.Detail = problem.Detail
		}
		return
	}
	if strings.HasPrefix(kind, "text/plain") {
		e.Detail, _, _ = strings.Cut(strings.TrimSpace(string(body)), "\n")
	}
}

// retryAfter reads seconds or an HTTP date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
