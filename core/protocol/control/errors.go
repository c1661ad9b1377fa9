package control

import (
	"errors"
	"net/http"

	"ursula/core/protocol/problem"
	"ursula/core/subscription"
	"ursula/core/subscription/keys"
	"ursula/core/subscription/wake"
	"ursula/core/subscription/webhook"
)

// Refusals that are the handler's own.
var (
	errBody    = errors.New("request body must be one JSON object of the documented form")
	errTooBig  = errors.New("request body is larger than 1 MiB")
	errTooMany = errors.New("too many streams in one request")
	errBearer  = errors.New("missing or malformed Authorization header")
	errMethod  = errors.New("method is not allowed here")
	errPath    = errors.New("no such control path")
)

// answer is a line of the table of refusals.
type answer struct {
	err    error
	status int
	code   string
}

// answers is the one table from refusals to what the client sees. The first
// line whose error is in the chain counts.
func answers() []answer {
	return []answer{
		{errTooBig, http.StatusRequestEntityTooLarge, "BODY_TOO_LARGE"},
		{errTooMany, http.StatusRequestEntityTooLarge, "TOO_MANY_STREAMS"},
		{errBody, http.StatusBadRequest, "INVALID_REQUEST"},
		{errBearer, http.StatusUnauthorized, "TOKEN_INVALID"},
		{errMethod, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED"},
		{errPath, http.StatusNotFound, "NOT_FOUND"},
		{webhook.ErrRejected, http.StatusBadRequest, "WEBHOOK_URL_REJECTED"},
		{wake.ErrInvalidOffset, http.StatusConflict, "INVALID_OFFSET"},
		{wake.ErrInvalid, http.StatusBadRequest, "INVALID_REQUEST"},
		{wake.ErrNoPending, http.StatusConflict, "NO_PENDING_WORK"},
		{wake.ErrFenced, http.StatusConflict, "FENCED"},
		{keys.ErrTokenExpired, http.StatusUnauthorized, "TOKEN_EXPIRED"},
		{keys.ErrTokenInvalid, http.StatusUnauthorized, "TOKEN_INVALID"},
		{subscription.ErrNotFound, http.StatusNotFound, "SUBSCRIPTION_NOT_FOUND"},
		{subscription.ErrExists, http.StatusConflict, "SUBSCRIPTION_ALREADY_EXISTS"},
		{subscription.ErrLimit, http.StatusTooManyRequests, "LIMIT_EXCEEDED"},
	}
}

// refuse answers with the problem that an error stands for. An error that the
// table does not know is the server's: the client learns that it may try again,
// and the log learns why.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, code, members := classify(err)
	detail := err.Error()
	if status >= http.StatusInternalServerError {
		h.options.Log.Warn("control request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "1")
		detail = "the subscription cannot be reached now"
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	members["code"], members["message"] = code, detail
	problem.Write(w, problem.Problem{
		Status: status, Code: kebab(code), Detail: detail,
		Extra: map[string]any{"error": members},
	})
}

// classify returns the status, the code, and the members of the error that go
// beside code and message.
func classify(err error) (status int, code string, members map[string]any) {
	members = make(map[string]any)
	if held := new(wake.HeldError); errors.As(err, &held) {
		members["current_holder"], members["generation"] = held.Holder, held.Generation
		return http.StatusConflict, "ALREADY_CLAIMED", members
	}
	for _, a := range answers() {
		if errors.Is(err, a.err) {
			return a.status, a.code, members
		}
	}
	return http.StatusServiceUnavailable, "UNAVAILABLE", members
}

// kebab spells an error code the way problem codes are spelled.
func kebab(code string) string {
	spelled := []byte(code)
	for i, c := range spelled {
		switch {
		case c == '_':
			spelled[i] = '-'
		case 'A' <= c && c <= 'Z':
			spelled[i] = c - 'A' + 'a'
		}
	}
	return string(spelled)
}
