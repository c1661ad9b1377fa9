package harness

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// process is one life of a server: from fork to reaping.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once the process is reaped
}

func spawn(path string, args, env []string, output *os.File) (*process, error) {
	cmd := exec.Command(path, args...)
	cmd.Env = append(foreign(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go p.reap()
	return p, nil
}

// foreign leaves out the environment that configures ursula, or its tests: a
// server under test is configured by its test alone.
func foreign(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "URSULA_") })
}

// reap ignores Wait's error: an exit status that is not zero is for the test to
// judge, and is kept in cmd.ProcessState.
func (p *process) reap() {
	_ = p.cmd.Wait()
	close(p.done)
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// signal is safe against a recycled process id: os.Process refuses to signal a
// process that was reaped.
func (p *process) signal(sig syscall.Signal) error { return p.cmd.Process.Signal(sig) }

// kill ends the process, also a stopped one, and waits until it is reaped.
func (p *process) kill() {
	_ = p.signal(syscall.SIGKILL)
	<-p.done
}

// code is the exit code, -1 when a signal ended the process. Call after done.
func (p *process) code() int { return p.cmd.ProcessState.ExitCode() }
