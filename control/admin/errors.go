package admin

import (
	"errors"
	"net/http"

	"ursula/control/member"
	"ursula/core/protocol/problem"
)

// Refusals that are the handler's own.
var (
	errBody    = errors.New("request body is not JSON of the documented form")
	errTooBig  = errors.New("request body is larger than 64 KiB")
	errMethod  = errors.New("method is not allowed here")
	errPath    = errors.New("no such path")
	errNoVoter = errors.New("not a voter of the group")
	errNoLead  = errors.New("the node may not lead")
	errRuns    = errors.New("its process runs")
	errBoot    = errors.New("another process runs by now")
	errQuery   = errors.New("query is not of the documented form")
	errBusy    = errors.New("another digest is being computed")
	errNotYet  = errors.New("the cluster has not begun yet")
)

// ErrGroup says that there is no such group.
var ErrGroup = errors.New("no such group")

// answers is the one table from errors to what the client sees. The first line
// whose error is in the chain counts.
func answers() []struct {
	err    error
	status int
	code   string
} {
	return []struct {
		err    error
		status int
		code   string
	}{
		{errBody, http.StatusBadRequest, "invalid-request"},
		{errTooBig, http.StatusRequestEntityTooLarge, "body-too-large"},
		{errMethod, http.StatusMethodNotAllowed, "method-not-allowed"},
		{errPath, http.StatusNotFound, "not-found"},
		{errQuery, http.StatusBadRequest, "invalid-request"},
		{ErrGroup, http.StatusNotFound, "no-such-group"},
		{errNoVoter, http.StatusConflict, "not-a-voter"},
		{errNoLead, http.StatusConflict, "may-not-lead"},
		{errRuns, http.StatusConflict, "member-runs"},
		{errBoot, http.StatusConflict, "another-process"},
		{member.ErrInvalid, http.StatusBadRequest, "invalid-member"},
		{member.ErrUnknown, http.StatusNotFound, "no-such-member"},
		{member.ErrExists, http.StatusConflict, "member-exists"},
		{member.ErrFull, http.StatusConflict, "too-many-members"},
		{member.ErrState, http.StatusConflict, "wrong-state"},
		{member.ErrTooFew, http.StatusConflict, "too-few-members"},
	}
}

// refuse answers with the problem that an error stands for. One that the table
// does not know is the cluster's, such as no majority: it may pass, and the
// operator is told what it is.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	for _, a := range answers() {
		if errors.Is(err, a.err) {
			problem.Write(w, problem.Problem{Status: a.status, Code: a.code, Detail: err.Error()})
			return
		}
	}
	h.Log.Warn("admin request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	w.Header().Set("Retry-After", "1")
	problem.Write(w, problem.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Detail: err.Error()})
}
