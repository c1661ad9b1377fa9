package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
)

// ServeBare answers every request on ln with 204 after reading its body, until ctx ends.
// It does what any HTTP server in Go must do and nothing else: the yardstick.
func ServeBare(ctx context.Context, ln net.Listener) error {
	server := &http.Server{Handler: http.HandlerFunc(bareAnswer)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the bare handler: %w", err)
	}
	return nil
}

func bareAnswer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

// StartBare runs cmd, which must call ServeBare in a process of its own and print the
// address it listens on as its first line, and returns that process as a target. The
// process ends when stop is called.
func StartBare(cmd *exec.Cmd) (t Target, stop func(), err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Target{}, nil, fmt.Errorf("start the bare handler: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return Target{}, nil, fmt.Errorf("start the bare handler: %w", err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t, err = bareTarget(out, cmd.Process.Pid)
	if err != nil {
		stop()
		return Target{}, nil, err
	}
	return t, stop, nil
}

func bareTarget(out io.Reader, pid int) (Target, error) {
	line := make([]byte, 256)
	n, err := out.Read(line)
	if err != nil {
		return Target{}, fmt.Errorf("the bare handler did not say its address: %w", err)
	}
	return ParseTarget("bare", []string{"http://" + strings.TrimSpace(string(line[:n]))}, pid)
}
