package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"ursula/core/group"
	"ursula/core/node"
	"ursula/core/protocol"
	"ursula/core/protocol/gather"
	"ursula/core/protocol/lean"
	"ursula/core/tail"
)

// open starts everything behind the public listener.
func (s *Server) open(ctx context.Context) (err error) {
	s.hub = tail.NewHub(tail.Options{Watches: s.config.Limits.Waiters, Watched: s.watched})
	if s.telemetry, err = newTelemetry(s); err != nil {
		return err
	}
	if err := s.openAdmin(); err != nil {
		return err
	}
	if err := s.openNode(ctx); err != nil {
		return err
	}
	if err := s.openSubscriptions(); err != nil {
		return err
	}
	s.handler = protocol.New(s.protocolOptions())
	s.public = s.publicServer()
	s.opened.Store(true)
	return nil
}

// openNode opens the data directory, for itself or as a member of a cluster.
func (s *Server) openNode(ctx context.Context) (err error) {
	options := s.nodeOptions()
	if s.config.Cluster.Enabled() {
		if s.cluster, err = openCluster(ctx, &s.config, s.log, s.telemetry.Tracer()); err != nil {
			return err
		}
		s.cluster.nodeOptions(&options)
	}
	if s.node, err = node.Open(ctx, options); err != nil {
		return err
	}
	if s.cluster != nil {
		s.cluster.attach(s.node)
		s.openClusterAdmin()
		return s.cluster.openBus(s.hub, s.tuneBus)
	}
	return nil
}

// awaitReady returns once every group has a leader that answers, and the node
// knows who its cluster's members are.
// A member that starts alone waits for a majority for as long as it takes.
func (s *Server) awaitReady(ctx context.Context) error {
	err := s.node.Ready(ctx)
	if s.cluster == nil {
		return err
	}
	for errors.Is(err, group.ErrNoLeader) && ctx.Err() == nil {
		s.log.Info("cluster: waiting for a majority", "cause", err)
		err = s.node.Ready(ctx)
	}
	if err != nil {
		return err
	}
	return s.cluster.membership.await(ctx)
}

func (s *Server) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for clients: %w", err)
	}
	return l, nil
}

func (s *Server) serve(h *http.Server, l net.Listener) {
	go func() {
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.fail(fmt.Errorf("serve %s: %w", l.Addr(), err))
		}
	}()
}

// openFront begins to serve what is plain and returns the listener of the rest.
func (s *Server) openFront(l net.Listener) net.Listener {
	s.front = lean.New(l, lean.Options{Handler: s.public.Handler, IdleTimeout: idleTimeout, Log: s.log})
	go func() {
		if err := s.front.Serve(); !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("serve %s: %w", l.Addr(), err))
		}
	}()
	return gather.Listener(s.front.Foreign())
}
