package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
)

// openAdmin begins to answer on the admin port, where a start that takes long
// can be watched. It is closed last: who finds nobody there may start the next
// process, which needs the data directory.
func (s *Server) openAdmin() error {
	l, err := net.Listen("tcp", s.config.AdminListen)
	if err != nil {
		return fmt.Errorf("listen for the administrator: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.untilClosing(s.telemetry.Handler()))
	mux.Handle("/v1/", s.untilClosing(http.HandlerFunc(s.serveClusterAdmin)))
	if s.config.Pprof {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	s.admin = &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout}
	s.serve(s.admin, l)
	return nil
}

// untilClosing keeps requests from what is being closed.
func (s *Server) untilClosing(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.closing.Load() {
			say(w, http.StatusServiceUnavailable, "the node is stopping")
			return
		}
		h.ServeHTTP(w, r)
	})
}

func say(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, what+"\n")
}
