package harness

import (
	"fmt"
	"os"
	"testing"
)

// Config says how to start a server. The zero value is the product's default
// engine on a directory that the test throws away.
type Config struct {
	Engine string   // raft-wal, raft-memory or memory; "" leaves the default
	Dir    string   // data directory; "" takes a temporary one
	Args   []string // further flags of "ursula serve"
	Env    []string // further environment, NAME=value
	Binary string   // program to start; "" takes the one under test
}

const loopback = "127.0.0.1"

// Server is a server process over one or several lives. Its methods are for one
// goroutine, except URL, AdminURL, Kill, Pause and Resume.
type Server struct {
	t      testing.TB
	config Config
	listen string
	admin  string
	output *os.File
	said   int64 // size of the output when the present life began
	life   *process
}

// Start launches a server and returns when it is ready. It ends the test when
// the server does not get there.
func Start(t testing.TB, config Config) *Server {
	t.Helper()
	s := Launch(t, config)
	s.AwaitReady()
	return s
}

// Launch starts a server without waiting for it.
func Launch(t testing.TB, config Config) *Server {
	t.Helper()
	if config.Dir == "" {
		config.Dir = t.TempDir()
	}
	s := &Server{t: t, config: config, listen: Address(t, loopback), admin: Address(t, loopback), output: newOutput(t)}
	t.Cleanup(s.end)
	s.Relaunch()
	return s
}

// end is the last thing that happens to a server. No test leaves one behind.
func (s *Server) end() {
	if s.life != nil {
		s.life.kill()
	}
	showOutput(s.t, s.output)
}

// URL is the server's public address without a path. It outlives restarts.
func (s *Server) URL() string { return "http://" + s.listen }

// AdminURL is the address of health, metrics and admin without a path.
func (s *Server) AdminURL() string { return "http://" + s.admin }

// Dir is the server's data directory.
func (s *Server) Dir() string { return s.config.Dir }

// WithArgs replaces the further flags, for the lives to come.
func (s *Server) WithArgs(args ...string) *Server {
	s.config.Args = args
	return s
}

// WithBinary has the lives to come be of another program, as an upgrade does.
func (s *Server) WithBinary(path string) *Server {
	s.config.Binary = path
	return s
}

func (s *Server) args() []string {
	args := []string{"serve", "--listen", s.listen, "--admin-listen", s.admin, "--data", s.config.Dir}
	if s.config.Engine != "" {
		args = append(args, "--engine", s.config.Engine)
	}
	return append(args, s.config.Args...)
}

func (s *Server) String() string { return fmt.Sprintf("ursula %v", s.args()) }
