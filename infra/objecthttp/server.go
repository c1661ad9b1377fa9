package objecthttp

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"ursula/core/bucket"
)

// DefaultReceivers is how many objects a server receives at a time by default.
const DefaultReceivers = 4

// ServerOptions configure a Server. Bucket is required, and local: a server
// never passes on what it gets.
type ServerOptions struct {
	Bucket    bucket.Bucket
	Logger    *slog.Logger  // nil discards
	Idle      time.Duration // 0 means DefaultIdle
	MaxObject int64         // bytes; 0 means DefaultMaxObject
	Receivers int           // 0 means DefaultReceivers
}

// Server serves a bucket to peers. It holds up to Receivers objects in memory.
type Server struct {
	bucket    bucket.Bucket
	log       *slog.Logger
	idle      time.Duration
	max       int64
	receivers chan struct{} // one value for each object that is being received
	http      *http.Server
}

// NewServer returns a server that Serve starts.
func NewServer(o ServerOptions) *Server {
	s := &Server{
		bucket: o.Bucket, log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		idle: cmp.Or(o.Idle, DefaultIdle), max: cmp.Or(o.MaxObject, DefaultMaxObject),
		receivers: make(chan struct{}, cmp.Or(o.Receivers, DefaultReceivers)),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT "+Root+"{key...}", s.put)
	mux.HandleFunc("GET "+Root+"{key...}", s.get) // and HEAD
	mux.HandleFunc("DELETE "+Root+"{key...}", s.delete)
	s.http = &http.Server{
		Handler: mux, ReadHeaderTimeout: s.idle, IdleTimeout: 2 * s.idle, MaxHeaderBytes: 8 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	return s
}

// Serve serves the connections of a listener until Close.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close closes the listener and all connections.
func (s *Server) Close() error { return s.http.Close() }

func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	if err := s.bucket.Delete(r.Context(), r.PathValue("key")); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Refusals of a request, beside those of the bucket.
var (
	errSize  = errors.New("the size of the object is missing, or is not that of the body")
	errLarge = errors.New("the object is too large")
	errBusy  = errors.New("too many objects are being received")
	errRange = errors.New("the range is not of the form bytes=first-last")
)

// fail answers with an error, as text: it ends in a peer's log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.log.Debug("object request failed", "method", r.Method, "path", r.URL.Path, "err", err)
	http.Error(w, err.Error(), status(err))
}

// status is the one table from errors to status codes.
func status(err error) int {
	switch {
	case errors.Is(err, bucket.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, bucket.ErrKey), errors.Is(err, errSize), errors.Is(err, errRange), errors.Is(err, ErrDigest):
		return http.StatusBadRequest
	case errors.Is(err, errLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errBusy), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
