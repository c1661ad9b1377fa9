// Package flaky is a proxy that loses answers.
//
// It owns one fault: a request reaches the server and is carried out, and the
// client's connection ends before the answer arrives. That is the case in which
// a retry doubles data unless the server recognises it. Which requests are hit
// follows from their number alone, so a run needs no seed.
package flaky

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
)

// Proxy forwards to one server and loses the answer to some of the appends. It
// is an http.Handler and safe for concurrent use.
type Proxy struct {
	forward *httputil.ReverseProxy
	every   int64
	appends atomic.Int64
	lost    atomic.Int64
}

// New makes a proxy to the server at target, which must be a valid URL, that
// loses the answer to each every-th append, the first one included.
func New(target *url.URL, every int) *Proxy {
	return &Proxy{forward: httputil.NewSingleHostReverseProxy(target), every: int64(every)}
}

// Lost is how many answers were lost so far.
func (p *Proxy) Lost() int64 { return p.lost.Load() }

// ServeHTTP forwards a request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || (p.appends.Add(1)-1)%p.every != 0 {
		p.forward.ServeHTTP(w, r)
		return
	}
	p.forward.ServeHTTP(&sink{header: http.Header{}}, r)
	p.lost.Add(1)
	// The one panic that net/http defines for ending a connection at once.
	panic(http.ErrAbortHandler)
}

// sink takes the answer of the server and keeps nothing of it.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header            { return s.header }
func (s *sink) Write(data []byte) (int, error) { return len(data), nil }
func (s *sink) WriteHeader(int)                {}
