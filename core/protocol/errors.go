package protocol

import (
	"context"
	"errors"
	"net/http"

	"ursula/core/protocol/problem"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

// What a request itself can be refused for.
var (
	errNoRoute     = errors.New("no stream lives at this path")
	errMethod      = errors.New("method is not part of the protocol")
	errLongName    = errors.New("stream path is too long")
	errParameter   = errors.New("invalid query parameter")
	errHeader      = errors.New("invalid request header")
	errEmptyBody   = errors.New("body is empty and Stream-Closed is not true")
	errBodyTooLong = errors.New("body is longer than the limit")
	errBodyBroken  = errors.New("body ended early")
	errBodySlow    = errors.New("body paused for too long")
	errDraining    = errors.New("server is shutting down")
)

// answer is how an error is told.
type answer struct {
	err    error
	status int
	code   string
}

// answers is the one place where errors become statuses. The first row that
// matches counts; the error's own text is the detail. Rows at and above 500
// that are not 503 keep their detail to the log.
var answers = [...]answer{
	{stream.ErrNotFound, http.StatusNotFound, "stream-not-found"},
	{stream.ErrGone, http.StatusGone, "stream-gone"},
	{stream.ErrClosed, http.StatusConflict, "stream-closed"},
	{stream.ErrExists, http.StatusConflict, "stream-exists"},
	{stream.ErrContentType, http.StatusConflict, "content-type-mismatch"},
	{stream.ErrSequence, http.StatusConflict, "sequence-regression"},
	{stream.ErrStaleEpoch, http.StatusForbidden, "producer-epoch-stale"},
	{stream.ErrSequenceGap, http.StatusConflict, "producer-sequence-gap"},
	{stream.ErrEpochStart, http.StatusBadRequest, "producer-epoch-start"},
	{stream.ErrTooManyProducers, http.StatusTooManyRequests, "too-many-producers"},
	{stream.ErrForkConflict, http.StatusConflict, "fork-source-deleted"},
	{stream.ErrPending, http.StatusServiceUnavailable, "fork-pending"},
	{stream.ErrFull, http.StatusConflict, "stream-full"},
	{stream.ErrBeyondTail, http.StatusBadRequest, "offset-beyond-tail"},
	{stream.ErrOffset, http.StatusBadRequest, "invalid-offset"},
	{stream.ErrName, http.StatusBadRequest, "invalid-path"},
	{stream.ErrJSON, http.StatusBadRequest, "invalid-json"},
	{stream.ErrEmptyArray, http.StatusBadRequest, "empty-array"},
	{errLongName, http.StatusRequestURITooLong, "path-too-long"},
	{errParameter, http.StatusBadRequest, "invalid-parameter"},
	{errHeader, http.StatusBadRequest, "invalid-header"},
	{errEmptyBody, http.StatusBadRequest, "empty-body"},
	{errBodyTooLong, http.StatusRequestEntityTooLarge, "body-too-large"},
	{errBodyBroken, http.StatusBadRequest, "body-incomplete"},
	{errBodySlow, http.StatusRequestTimeout, "body-timeout"},
	{errNoRoute, http.StatusNotFound, "not-found"},
	{errMethod, http.StatusMethodNotAllowed, "method-not-allowed"},
	{tail.ErrTooManyWaiters, http.StatusTooManyRequests, "too-many-waiters"},
	{store.ErrTooManyRequests, http.StatusTooManyRequests, "too-many-requests"},
	{errDraining, http.StatusServiceUnavailable, "draining"},
	{store.ErrUnavailable, http.StatusServiceUnavailable, "unavailable"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "unavailable"},
	{context.Canceled, http.StatusServiceUnavailable, "unavailable"},
}

func answerTo(err error) answer {
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return a
		}
	}
	return answer{err, http.StatusInternalServerError, "internal"}
}

// fail answers with err. The result adds what the protocol wants told about the
// stream.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error, result stream.Result) {
	head := w.Header()
	if errors.Is(err, stream.ErrClosed) {
		head[hStreamClosed] = yes
		setOffset(head, result.Next)
	}
	if refused, ok := errors.AsType[*stream.ProducerError](err); ok {
		explainProducer(head, refused)
	}
	if writeProblem(w, err) == http.StatusInternalServerError {
		h.opts.Logger.ErrorContext(r.Context(), "request failed",
			"method", r.Method, "path", r.URL.Path, "error", err)
	}
}

func explainProducer(head http.Header, refused *stream.ProducerError) {
	if errors.Is(refused, stream.ErrStaleEpoch) {
		setUint(head, hProducerEpoch, refused.Epoch)
	}
	if errors.Is(refused, stream.ErrSequenceGap) {
		setUint(head, hProducerExpected, refused.Expected)
		setUint(head, hProducerReceived, refused.Received)
	}
}

// writeProblem writes the problem document for err and returns its status.
func writeProblem(w http.ResponseWriter, err error) int {
	a := answerTo(err)
	p := problem.Problem{Status: a.status, Code: a.code, Detail: err.Error()}
	switch a.status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		w.Header()["Retry-After"] = soon
	case http.StatusInternalServerError:
		p.Detail = ""
	}
	problem.Write(w, p)
	return a.status
}
