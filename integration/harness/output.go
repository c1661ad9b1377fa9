package harness

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// outputShown bounds what a failed test prints of a server's output.
const outputShown = 32 << 10

// newOutput opens a file that collects the output of all lives of one server.
// A file, because a killed process must not lose what it had written.
func newOutput(t testing.TB) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.log")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatalf("server output: %v", err)
	}
	return file
}

// race begins each report of the race detector, in a server that was built with it.
const race = "WARNING: DATA RACE"

// showOutput prints the end of the output of a server whose test failed. A race makes
// it fail: the exit code that tells of one does not outlive a kill.
func showOutput(t testing.TB, file *os.File) {
	defer file.Close()
	data, err := os.ReadFile(file.Name())
	if err != nil {
		t.Logf("server output: %v", err)
		return
	}
	if at := bytes.Index(data, []byte(race)); at >= 0 {
		t.Errorf("the server races:\n%s", data[at:min(len(data), at+outputShown)])
	}
	if !t.Failed() {
		return
	}
	t.Logf("end of the server's output:\n%s", data[max(0, len(data)-outputShown):])
}

// Output is everything that the server has printed in all its lives.
func (s *Server) Output() string {
	s.t.Helper()
	data, err := os.ReadFile(s.output.Name())
	if err != nil {
		s.t.Fatalf("server output: %v", err)
	}
	return string(data)
}

// LastOutput is what the server has printed in its present or latest life.
func (s *Server) LastOutput() string {
	s.t.Helper()
	return s.Output()[s.said:]
}
