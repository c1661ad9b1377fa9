// Package server puts a server together: a node, the protocol in front of it,
// subscriptions beside it, and the two listeners.
//
// It owns the order in which the parts start and end, and no behaviour of its
// own. Starting: storage, subscriptions, listeners, then readiness. Ending: new
// requests are refused, live readers end cleanly, requests under way finish,
// then subscriptions and storage close.
package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/core/node"
	"ursula/core/protocol"
	"ursula/core/protocol/lean"
	"ursula/core/subscription"
	"ursula/core/subscription/webhook"
	"ursula/core/tail"
	"ursula/infra/natsd"
	"ursula/infra/otel"
)

// Server is a server that has not ended yet.
type Server struct {
	config config.Config
	log    *slog.Logger

	hub           *tail.Hub
	node          *node.Node
	cluster       *cluster // nil on a node for itself
	subscriptions atomic.Pointer[subscription.Manager]
	webhooks      *webhook.Client
	handler       *protocol.Handler
	telemetry     *otel.Telemetry

	clusterAdmin atomic.Pointer[http.Handler] // nil until the node is open
	quit         func()                       // begins an orderly end

	front  *lean.Server // before public: takes the plain requests
	public *http.Server
	admin  *http.Server
	opened atomic.Bool // everything above is in place
	ready  atomic.Bool // all was recovered; it stays so

	draining atomic.Bool
	closing  atomic.Bool // what is behind the admin port may be gone

	// tuneBus, if not nil, changes how the bus is opened. It is for tests.
	tuneBus func(*natsd.Options)

	failed chan error // what ends the server before its time

	reload    chan struct{} // holds a token when leadership has changed
	reloading sync.WaitGroup
	stop      context.CancelFunc
}

// Run runs a server until ctx ends and drains it then. It greets on out once it
// serves. The error is why it could not start, or what ended it.
func Run(ctx context.Context, c config.Config, log *slog.Logger, out io.Writer) error {
	return newServer(c, log).run(ctx, out)
}

// newServer returns a server of which nothing runs yet.
func newServer(c config.Config, log *slog.Logger) *Server {
	if c.Traces.Enabled() {
		log = slog.New(otel.Logs(log.Handler()))
	}
	return &Server{config: c, log: log, failed: make(chan error, 8), reload: make(chan struct{}, 1)}
}

// run is Run.
func (s *Server) run(ctx context.Context, out io.Writer) (err error) {
	defer tuneCollector()()
	ctx, s.quit = context.WithCancel(ctx)
	defer s.quit()
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(ctx); err != nil {
		return err
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	s.serve(s.public, s.openFront(listener))
	ready := make(chan error, 1)
	go func() { ready <- s.awaitReady(ctx) }()
	select {
	case err := <-s.failed:
		return err
	case err := <-ready:
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	s.ready.Store(true)
	s.greet(out, listener.Addr().String())
	s.log.Info("serving", "address", listener.Addr().String(), "engine", s.config.Engine,
		"groups", s.node.Groups(), "synced", s.node.Durable())
	select {
	case err := <-s.failed:
		return err
	case <-ctx.Done():
		return s.drain()
	}
}

// fail ends the server. Only the first few reasons are kept.
func (s *Server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// drain refuses new requests, ends live readers cleanly and waits for the rest.
func (s *Server) drain() error {
	s.draining.Store(true)
	s.log.Info("draining", "timeout", s.config.DrainTimeout)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	if s.cluster != nil {
		s.cluster.stepDown(ctx)
	}
	err := s.handler.Drain(ctx)
	if err = errors.Join(err, s.front.Shutdown(ctx), s.public.Shutdown(ctx)); err != nil {
		s.log.Warn("some requests did not finish in time", "error", err)
	}
	s.drainTraces(ctx)
	return nil
}

// sendPatience bounds how long the end of a server waits for a collector.
const sendPatience = 2 * time.Second

// drainTraces sends the spans of what has ended. A collector that takes too long
// misses the last of them.
func (s *Server) drainTraces(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	if err := s.telemetry.Drain(ctx); err != nil {
		s.log.Warn("some spans were not sent in time", "error", err)
	}
}

// close ends what was started, in the opposite order.
func (s *Server) close() error {
	var errs []error
	s.closing.Store(true)
	if s.front != nil {
		errs = append(errs, s.front.Close())
	}
	if s.public != nil {
		errs = append(errs, s.public.Close())
	}
	if s.telemetry != nil {
		errs = append(errs, s.telemetry.Close(context.Background()))
	}
	if s.stop != nil {
		s.stop()
		s.reloading.Wait()
	}
	if m := s.subscriptions.Load(); m != nil {
		m.Close()
	}
	if s.webhooks != nil {
		s.webhooks.Close()
	}
	if s.cluster != nil {
		errs = append(errs, s.cluster.close())
	}
	if s.node != nil {
		errs = append(errs, s.node.Close())
	}
	if s.cluster != nil {
		errs = append(errs, s.cluster.closeLinks())
	}
	if s.hub != nil {
		s.hub.Close()
	}
	if s.admin != nil {
		errs = append(errs, s.admin.Close())
	}
	return errors.Join(errs...)
}
