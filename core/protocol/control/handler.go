package control

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"ursula/core/subscription"
	"ursula/core/subscription/wake"
)

// Subscriptions is what the handler serves. *subscription.Manager documents the
// methods.
type Subscriptions interface {
	Members
	Workers
	Keys(ctx context.Context) (jose.JSONWebKeySet, error)
}

// Members are the requests about what a subscription is.
type Members interface {
	Create(ctx context.Context, id, base string, config wake.Config) (d subscription.Description, created bool, err error)
	Describe(ctx context.Context, id string) (subscription.Description, error)
	Delete(ctx context.Context, id string) error
	AddStreams(ctx context.Context, id string, paths []string) error
	RemoveStream(ctx context.Context, id, path string) error
}

// Workers are the requests of those who work on a wake.
type Workers interface {
	Claim(ctx context.Context, id, worker string) (subscription.Claim, error)
	Ack(ctx context.Context, id string, r subscription.Report) (nextWake bool, err error)
	Callback(ctx context.Context, id string, r subscription.Report) (nextWake bool, err error)
	Release(ctx context.Context, id string, r subscription.Report) error
}

// Options configure a handler.
type Options struct {
	// Root is the path of the stream root, such as "/v1/stream".
	Root string

	// PublicURL is the origin under which clients reach the server, such as
	// "https://streams.example". When it is empty, the host of a request is
	// trusted to name it.
	PublicURL string

	Log *slog.Logger // of failures that are the server's; nil discards
}

type handler struct {
	subscriptions Subscriptions
	options       Options
}

// route is one line of the routing table. A handler that returns an error has
// written nothing.
type route struct {
	method  string
	pattern string
	serve   func(h *handler, w http.ResponseWriter, r *http.Request) error
}

func routes() []route {
	const id = "/subscriptions/{id}"
	return []route{
		{"GET", "/jwks.json", (*handler).keys},
		{"PUT", id, (*handler).create},
		{"GET", id, (*handler).describe},
		{"DELETE", id, (*handler).remove},
		{"POST", id + "/streams", (*handler).addStreams},
		{"DELETE", id + "/streams/{path...}", (*handler).removeStream},
		{"POST", id + "/claim", (*handler).claim},
		{"POST", id + "/ack", (*handler).ack},
		{"POST", id + "/callback", (*handler).callback},
		{"POST", id + "/release", (*handler).release},
	}
}

// New returns the handler of everything below Root + "/__ds/". It is given
// requests with their full path.
func New(subscriptions Subscriptions, options Options) http.Handler {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	h := &handler{subscriptions, options}
	base := strings.TrimSuffix(options.Root, "/") + "/__ds"
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.Handle(r.method+" "+base+r.pattern, h.wrap(r.serve))
	}
	for pattern, allowed := range methods() {
		mux.Handle(base+pattern, h.wrap(refuseMethod(allowed)))
	}
	mux.Handle("/", h.wrap(refusePath))
	return mux
}

// methods returns the methods of each pattern.
func methods() map[string][]string {
	allowed := make(map[string][]string)
	for _, r := range routes() {
		allowed[r.pattern] = append(allowed[r.pattern], r.method)
		if r.method == http.MethodGet {
			allowed[r.pattern] = append(allowed[r.pattern], http.MethodHead)
		}
	}
	return allowed
}

func refuseMethod(allowed []string) func(*handler, http.ResponseWriter, *http.Request) error {
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return func(_ *handler, w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allow)
		return errMethod
	}
}

func refusePath(*handler, http.ResponseWriter, *http.Request) error { return errPath }

func (h *handler) wrap(serve func(*handler, http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(h, w, r); err != nil {
			h.refuse(w, r, err)
		}
	})
}

// base is the absolute URL of the control root as the client reaches it.
func (h *handler) base(r *http.Request) string {
	root := strings.TrimSuffix(h.options.Root, "/") + "/__ds"
	if h.options.PublicURL != "" {
		return strings.TrimSuffix(h.options.PublicURL, "/") + root
	}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host + root
	}
	return "http://" + r.Host + root
}
