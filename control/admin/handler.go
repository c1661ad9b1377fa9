package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

// Cluster is what the API administers. Methods may be called concurrently, and
// work from any node.
type Cluster interface {
	// Status describes the cluster as this node sees it. It does not wait.
	Status() place.Status
	// Update replaces the roster by what change makes of it, again when somebody
	// else was faster. The error of change is returned in the chain.
	Update(ctx context.Context, change func(member.Roster) (member.Roster, error)) error
	// Transfer makes a voter the leader of a group, and returns once it leads.
	Transfer(ctx context.Context, group uint32, to string) error
	// Runs says whether the process of a member answers, with the disk that the
	// roster knows. It waits for the answer for a second or so.
	Runs(ctx context.Context, id string) bool
}

// Options describe the node that serves.
type Options struct {
	Node    string
	Version string // of the program
	Boot    string // names the process; never used twice on this node
	// Stop begins an orderly end of the process and returns at once. It may be
	// called again.
	Stop func()
	// Digest sums up this node's replica of a group as of the first command whose
	// index is at least from or, after patience, as it is. ErrGroup is in the chain
	// when there is no such group.
	Digest func(ctx context.Context, group uint32, from uint64, patience time.Duration) (Digest, error)
	Log    *slog.Logger // of failures that are the server's; nil discards
}

type handler struct {
	cluster   Cluster
	digesting sync.Mutex // held while a digest is computed
	Options
}

// route is one line of the routing table. A handler that returns an error has
// written nothing.
type route struct {
	method, path string
	serve        func(h *handler, w http.ResponseWriter, r *http.Request) error
}

func routes() []route {
	const id = "/v1/cluster/members/{id}"
	return []route{
		{"GET", "/v1/cluster", (*handler).status},
		{"POST", "/v1/cluster/members", (*handler).add},
		{"DELETE", id, (*handler).remove},
		{"POST", id + "/replace", (*handler).replace},
		{"POST", id + "/drain", (*handler).drain},
		{"POST", id + "/undrain", (*handler).undrain},
		{"POST", "/v1/cluster/groups/{group}/transfer", (*handler).transfer},
		{"POST", "/v1/node/stop", (*handler).stop},
		{"GET", "/v1/node/groups/{group}/digest", (*handler).digest},
	}
}

// New returns the handler of everything below /v1/.
func New(c Cluster, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &handler{cluster: c, Options: o}
	mux := http.NewServeMux()
	allowed := map[string][]string{}
	for _, r := range routes() {
		mux.Handle(r.method+" "+r.path, h.wrap(r.serve))
		allowed[r.path] = append(allowed[r.path], r.method)
	}
	for path, methods := range allowed {
		mux.Handle(path, h.wrap(refuseMethod(methods)))
	}
	mux.Handle("/", h.wrap(func(*handler, http.ResponseWriter, *http.Request) error { return errPath }))
	return mux
}

func refuseMethod(allowed []string) func(*handler, http.ResponseWriter, *http.Request) error {
	slices.Sort(allowed)
	return func(_ *handler, w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return errMethod
	}
}

func (h *handler) wrap(serve func(*handler, http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(h, w, r); err != nil {
			h.refuse(w, r, err)
		}
	})
}

func writeJSON(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
	return nil
}

// maxBody is the size in bytes of the largest request.
const maxBody = 64 << 10

func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
		return errTooBig
	}
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBody, err)
	}
	return nil
}
