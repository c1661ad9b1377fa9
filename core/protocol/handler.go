package protocol

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

// Tails lets live readers wait. It returns tail.ErrTooManyWaiters at its limit.
type Tails interface {
	Watch(stream.Name) (*tail.Watch, error)
}

// Options configure a Handler. Writer, Reader and Tails are required; a zero
// field elsewhere takes its default.
type Options struct {
	Writer  store.Writer
	Reader  store.Reader
	Tails   Tails
	Control http.Handler // what lies under __ds; default: nothing is found there

	LongPoll  time.Duration // how long a long-poll waits; default 20 s
	Heartbeat time.Duration // longest silence on an SSE connection; default 15 s
	Rotate    time.Duration // life of an SSE connection, shortened by up to a tenth; default 60 s
	BodyWait  time.Duration // longest wait for room for a body; default 1 s
	BodyPause time.Duration // longest pause inside a request body; default 20 s
	SendWait  time.Duration // longest wait for a slow reader to take bytes; default 30 s

	MaxBody  int64 // bytes of one request body; default 16 MiB
	InFlight int64 // bytes of all request bodies at a time; default 64 MiB

	Private bool   // streams hold users' data: shared caches must not keep pages
	Origin  string // who may read from a browser; default "*"

	Now    func() time.Time // default time.Now
	Random func(n int) int  // uniform in [0, n); default math/rand
	Logger *slog.Logger     // for errors that have no place in the table
}

func (o Options) withDefaults() Options {
	o.LongPoll = cmp.Or(o.LongPoll, 20*time.Second)
	o.Heartbeat = cmp.Or(o.Heartbeat, 15*time.Second)
	o.Rotate = cmp.Or(o.Rotate, time.Minute)
	o.BodyWait = cmp.Or(o.BodyWait, time.Second)
	o.BodyPause = cmp.Or(o.BodyPause, 20*time.Second)
	o.SendWait = cmp.Or(o.SendWait, 30*time.Second)
	o.MaxBody = cmp.Or(o.MaxBody, 16<<20)
	o.InFlight = cmp.Or(o.InFlight, 64<<20)
	o.Origin = cmp.Or(o.Origin, "*")
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Control == nil {
		o.Control = http.HandlerFunc(noControl)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.IntN
	}
	return o
}

// Handler is the protocol as an http.Handler. It must be the server's handler
// itself or be mounted by something that leaves paths alone: http.ServeMux
// answers "//" and dot segments with redirects before anybody is asked.
type Handler struct {
	opts     Options
	headers  commonHeaders
	bodies   *semaphore.Weighted
	buffers  buffers
	encoders [3]encoder // by sse.Encoding
	live     live
	gate     gate
	stop     context.Context // done when live readers are to end
	stopLive context.CancelFunc
}

// New returns a handler. Its Drain should be called before the program ends.
func New(opts Options) *Handler {
	h := &Handler{opts: opts.withDefaults(), gate: newGate()}
	h.headers = newCommonHeaders(&h.opts)
	h.bodies = semaphore.NewWeighted(h.opts.InFlight)
	h.stop, h.stopLive = context.WithCancel(context.Background())
	h.encoders = newEncoders(h.interval)
	return h
}

// Root is the path below which streams of the built-in bucket live.
const Root = "/v1/stream/"

// reserved is the first path segment of control APIs.
const reserved = "__ds"

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.headers.set(w.Header(), r)
	if !h.gate.enter() {
		h.fail(w, r, errDraining, stream.Result{})
		return
	}
	defer h.gate.leave()
	if r.Method == http.MethodOptions {
		h.preflight(w)
		return
	}
	path, found := strings.CutPrefix(r.URL.Path, Root)
	if first, _, _ := strings.Cut(path, "/"); found && first == reserved {
		h.opts.Control.ServeHTTP(w, r)
		return
	}
	if err := h.serveStream(w, r, path, found); err != nil {
		h.fail(w, r, err, stream.Result{})
	}
}

// serveStream answers a request for a stream, or says why it cannot.
func (h *Handler) serveStream(w http.ResponseWriter, r *http.Request, path string, found bool) error {
	if !found {
		return errNoRoute
	}
	name, err := streamName(path)
	if err != nil {
		return err
	}
	switch r.Method {
	case http.MethodPost:
		return h.append(w, r, name)
	case http.MethodGet:
		return h.get(w, r, name)
	case http.MethodPut:
		return h.create(w, r, name)
	case http.MethodHead:
		return h.head(w, r, name)
	case http.MethodDelete:
		return h.delete(w, r, name)
	}
	w.Header()["Allow"] = allow
	return errMethod
}

// streamName makes the name from a path below Root, in which percent-encoding
// is undone already.
func streamName(path string) (stream.Name, error) {
	if len(stream.DefaultBucket)+1+len(path) > stream.MaxNameBytes {
		return "", errLongName
	}
	return stream.MakeName(stream.DefaultBucket, path)
}

func noControl(w http.ResponseWriter, _ *http.Request) { writeProblem(w, errNoRoute) }
