package harness

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"time"
)

const (
	readyWithin  = 60 * time.Second
	readyPause   = 5 * time.Millisecond
	readyRequest = 5 * time.Second
)

var (
	errExited = errors.New("the server exited before it was ready")
	errRuns   = errors.New("relaunch of a server that runs")
)

// Relaunch starts the next life on the same ports and directory, without
// waiting. The life before must have ended.
func (s *Server) Relaunch() {
	s.t.Helper()
	if err := s.relaunch(); err != nil {
		s.t.Fatalf("harness: %v", err)
	}
}

func (s *Server) relaunch() error {
	if s.life != nil && !s.life.exited() {
		return errRuns
	}
	info, err := s.output.Stat()
	if err != nil {
		return err
	}
	s.said = info.Size()
	life, err := spawn(cmp.Or(s.config.Binary, os.Getenv(BinaryVar)), s.args(), s.config.Env, s.output)
	if err != nil {
		return err
	}
	s.life = life
	return nil
}

// Revive kills the server and starts its next life, and returns when that is
// ready. Unlike the rest it may be called from a goroutine that is not the
// test's, as long as nothing else is called meanwhile.
func (s *Server) Revive(ctx context.Context) error {
	s.Kill()
	if err := s.relaunch(); err != nil {
		return err
	}
	return s.untilReady(ctx)
}

// Restart is Relaunch, then AwaitReady.
func (s *Server) Restart() {
	s.t.Helper()
	s.Relaunch()
	s.AwaitReady()
}

// AwaitReady returns when /readyz answers 200 and ends the test when the server
// exits instead.
func (s *Server) AwaitReady() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), readyWithin)
	defer cancel()
	if err := s.untilReady(ctx); err != nil {
		s.t.Fatalf("%v: %v", s, err)
	}
}

func (s *Server) untilReady(ctx context.Context) error {
	tick := time.NewTicker(readyPause)
	defer tick.Stop()
	for {
		if s.Ready(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.life.done:
			return errExited
		case <-tick.C:
		}
	}
}

// Ready asks once whether the server serves.
func (s *Server) Ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, readyRequest)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.AdminURL()+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
