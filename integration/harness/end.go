package harness

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// Alive says whether the present life has not ended.
func (s *Server) Alive() bool { return !s.life.exited() }

// Exited is closed when the present life has ended.
func (s *Server) Exited() <-chan struct{} { return s.life.done }

// Pid is the process id of the present life.
func (s *Server) Pid() int { return s.life.cmd.Process.Pid }

// Kill sends SIGKILL and returns when the process is gone. Killing a process
// that has ended is no error.
func (s *Server) Kill() { s.life.kill() }

// Terminate sends SIGTERM and returns at once; see Wait.
func (s *Server) Terminate() { s.send(syscall.SIGTERM) }

// Pause stops the process (SIGSTOP): its sockets stay open and silent.
func (s *Server) Pause() { s.send(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (s *Server) Resume() { s.send(syscall.SIGCONT) }

// send tells a process that has ended nothing: whoever must know asks Alive.
func (s *Server) send(sig syscall.Signal) {
	if err := s.life.signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Errorf("harness: %v: %v", sig, err)
	}
}

// Wait returns the exit code of the present life once it has ended, -1 when a
// signal ended it. It ends the test when ctx is done first.
func (s *Server) Wait(ctx context.Context) int {
	s.t.Helper()
	select {
	case <-s.life.done:
		return s.life.code()
	case <-ctx.Done():
		s.t.Fatalf("%v still runs: %v", s, context.Cause(ctx))
		return 0
	}
}
