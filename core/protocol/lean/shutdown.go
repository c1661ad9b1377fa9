package lean

import "context"

// Shutdown stops accepting, closes idle connections at once and the others after
// their response, which says so, and waits until all are closed or ctx is done,
// whose error it returns then. Connections that were handed over are not its own,
// and the listener for them stays open.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	select {
	case <-s.drain():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends everything at once, requests under way too. It returns the error of
// closing the listener.
func (s *Server) Close() error {
	err := s.stop()
	s.cancel()
	_ = s.foreign.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.tcp.Close()
	}
	return err
}

// stop refuses new connections. Only the first call can fail.
func (s *Server) stop() error {
	if s.draining.Swap(true) {
		return nil
	}
	return s.listener.Close()
}

// drain closes what is idle and returns a channel that is closed once nothing is
// left.
func (s *Server) drain() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.endIdle()
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	s.settle()
	return empty
}
