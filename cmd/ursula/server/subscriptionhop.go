package server

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"ursula/core/protocol/problem"
	"ursula/core/subscription"
)

// subscriptionHop brings requests about a subscription to the node that drives
// it, which has its timers and its waiting deliveries. They are few, and small;
// so they travel as HTTP, over a stream between the nodes. The other side serves
// them itself: one hop, by construction.
type subscriptionHop struct {
	root   string // of the control paths of subscriptions, with a slash at the end
	here   http.Handler
	leader func(home string) (node string, here bool)
	proxy  *httputil.ReverseProxy
}

// newSubscriptionHop returns the hop; open opens a stream to another node, and
// inject puts the request's trace into headers.
func newSubscriptionHop(root string, here http.Handler, leader func(string) (string, bool),
	open func(ctx context.Context, node string) (net.Conn, error), inject func(context.Context, http.Header),
) *subscriptionHop {
	return &subscriptionHop{root: root + "/__ds/subscriptions/", here: here, leader: leader, proxy: &httputil.ReverseProxy{
		Transport: toNodes(open),
		Rewrite: func(r *httputil.ProxyRequest) {
			rewrite(r)
			inject(r.In.Context(), r.Out.Header)
		},
		ErrorHandler: unreachable,
	}}
}

// openControl opens a stream for requests about subscriptions.
func (c *cluster) openControl(ctx context.Context, node string) (net.Conn, error) {
	return c.links.Open(ctx, node, serviceControl)
}

// toNodes carries HTTP to nodes, which are the hosts of its URLs.
func toNodes(open func(ctx context.Context, node string) (net.Conn, error)) *http.Transport {
	dial := func(ctx context.Context, _, address string) (net.Conn, error) {
		node, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return open(ctx, node)
	}
	return &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 16}
}

type driverKey struct{}

// ServeHTTP implements http.Handler.
func (h *subscriptionHop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, about := strings.CutPrefix(r.URL.Path, h.root)
	id, _, _ := strings.Cut(rest, "/")
	if !about || id == "" {
		h.here.ServeHTTP(w, r)
		return
	}
	node, here := h.leader(subscription.Home(id))
	if here || node == "" { // without a leader the request waits for one in its own writes
		h.here.ServeHTTP(w, r)
		return
	}
	h.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), driverKey{}, node)))
}

// rewrite aims the request at the driver, as whose host the client's stays.
func rewrite(r *httputil.ProxyRequest) {
	node, _ := r.In.Context().Value(driverKey{}).(string)
	r.SetURL(&url.URL{Scheme: "http", Host: node})
	r.Out.Host = r.In.Host
	r.Out.Header["X-Forwarded-Proto"] = r.In.Header["X-Forwarded-Proto"]
}

func unreachable(w http.ResponseWriter, _ *http.Request, _ error) {
	w.Header().Set("Retry-After", "1")
	problem.Write(w, problem.Problem{
		Status: http.StatusServiceUnavailable, Code: "unavailable",
		Detail: "the node that drives the subscription cannot be reached now",
	})
}
