package lean

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a Server. Handler is required.
type Options struct {
	Handler http.Handler

	// IdleTimeout is how long a connection may wait for a request, and a request
	// for its body; a quarter more may pass. Default 2 minutes.
	IdleTimeout time.Duration

	Log *slog.Logger // of handlers' faults; default: nowhere
}

// Server serves the plain requests of a listener. Its methods may be called
// concurrently.
type Server struct {
	options  Options
	log      *slog.Logger
	listener net.Listener
	foreign  *foreign
	blocks   blocks
	date     date

	ctx      context.Context // of all connections; done at Close
	cancel   context.CancelFunc
	draining atomic.Bool

	mu    sync.Mutex
	conns map[*conn]struct{}
	empty chan struct{} // made by the first Shutdown; closed when no connection is left
}

// New returns a server for l, which it closes in the end. Nothing is accepted
// before Serve.
func New(l net.Listener, options Options) *Server {
	options.IdleTimeout = cmp.Or(options.IdleTimeout, 2*time.Minute)
	s := &Server{
		options:  options,
		log:      cmp.Or(options.Log, slog.New(slog.DiscardHandler)),
		listener: l,
		foreign:  newForeign(l.Addr()),
		conns:    make(map[*conn]struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Foreign returns the listener of the connections that the server does not
// serve, for http.Server.Serve. A connection waits there until it is accepted,
// with nothing of its next request read. Once it is closed they are closed.
func (s *Server) Foreign() net.Listener { return s.foreign }

// Serve accepts connections until Shutdown or Close, and returns
// http.ErrServerClosed then. When it runs out of something, such as file
// descriptors, it pauses and goes on.
func (s *Server) Serve() error {
	var pause time.Duration
	for {
		conn, err := s.listener.Accept()
		switch {
		case err == nil:
			pause = 0
			s.admit(conn)
			continue
		case s.draining.Load():
			return http.ErrServerClosed
		case !isTemporary(err):
			return err
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		s.log.Warn("cannot accept connections", "error", err, "pause", pause)
		s.sleep(pause)
	}
}

// isTemporary reports whether accepting may work again soon.
func isTemporary(err error) bool {
	var passing interface{ Temporary() bool }
	return errors.As(err, &passing) && passing.Temporary()
}

func (s *Server) sleep(pause time.Duration) {
	select {
	case <-time.After(pause):
	case <-s.ctx.Done():
	}
}

// admit starts a connection's goroutine. Only TCP is served here.
func (s *Server) admit(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		go s.offer(conn)
		return
	}
	c := newConn(s, tcp)
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	go c.serve()
}

func (s *Server) offer(conn net.Conn) {
	if !s.foreign.offer(conn) {
		_ = conn.Close()
	}
}

func (s *Server) isDraining() bool { return s.draining.Load() }

// forget drops a connection that has ended or was handed over.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.settle()
}

func (s *Server) settle() {
	if s.empty != nil && len(s.conns) == 0 {
		close(s.empty)
		s.empty = nil
	}
}
