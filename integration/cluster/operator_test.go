package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/harness"
)

// operator is somebody with a shell, who restarts a cluster by `ursula ctl rollout`.
type operator struct {
	t     *testing.T
	file  string
	admin string // of all nodes
}

func newOperator(t *testing.T, c *Cluster) *operator {
	t.Helper()
	var urls []string
	for _, node := range c.Nodes() {
		urls = append(urls, node.AdminURL())
	}
	return &operator{t, filepath.Join(t.TempDir(), "rollout.json"), strings.Join(urls, ",")}
}

func (o *operator) command(args ...string) (*exec.Cmd, *strings.Builder) {
	args = append([]string{"ctl", "rollout", "--file", o.file}, args...)
	cmd, output := exec.CommandContext(o.t.Context(), os.Getenv(harness.BinaryVar), args...), new(strings.Builder)
	cmd.Stdout, cmd.Stderr = output, output
	return cmd, output
}

// carry is a command that carries the plan out, and gives a step as long as a cluster
// may take for anything.
func carry(verb string) []string { return []string{verb, "--patience", untilAnswered.String()} }

// rollout runs a command to its end, and returns what it prints.
func (o *operator) rollout(args ...string) string {
	o.t.Helper()
	cmd, output := o.command(args...)
	if err := cmd.Run(); err != nil {
		o.t.Fatalf("ursula ctl rollout %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return output.String()
}

// plan makes a plan in which nothing is done yet.
func (o *operator) plan(nodes int, args ...string) {
	o.t.Helper()
	o.requireSteps(o.rollout(append([]string{"plan", "--admin", o.admin}, args...)...), nodes, "-")
}

// requireDone wants the plan to be done.
func (o *operator) requireDone(nodes int) {
	o.t.Helper()
	o.requireSteps(o.rollout("status"), nodes, "done")
}

// requireSteps wants a table of all steps of all nodes, each in that state.
func (o *operator) requireSteps(table string, nodes int, state string) {
	o.t.Helper()
	rows := strings.Split(strings.TrimSpace(table), "\n")[1:]
	for id := range nodes {
		for i, do := range []string{"verify", "drain", "stop", "start", "catch up", "undrain"} {
			row := 6*id + i
			want := fmt.Sprintf("%d %d %s %s", row+1, id+1, do, state)
			if len(rows) != 6*nodes || strings.Join(strings.Fields(rows[row]), " ") != want {
				o.t.Fatalf("step %d is to be %q:\n%s", row+1, want, table)
			}
		}
	}
}

// interrupt runs a command until it is time to kill it, in the midst of the plan. The
// plan says so, and is not replaced by another.
func (o *operator) interrupt(verb string, time func(context.Context) error) {
	o.t.Helper()
	cmd, output := o.command(carry(verb)...)
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	await(o.t, time)
	if err := cmd.Process.Kill(); err != nil {
		o.t.Errorf("ursula ctl rollout %s has ended before it was to be killed: %v", verb, err)
	}
	var killed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &killed) || killed.ExitCode() != -1 {
		o.t.Fatalf("ursula ctl rollout %s was to be killed: %v\n%s", verb, err, output)
	}
	status := o.rollout("status")
	if !strings.Contains(status, " next: ") {
		o.t.Errorf("a plan that was interrupted has no next step:\n%s", status)
	}
	if again, said := o.command("plan", "--admin", o.admin); again.Run() == nil || !strings.Contains(said.String(), "not done") {
		o.t.Errorf("a plan that was interrupted is replaced: %s", said)
	}
	o.t.Logf("killed during %s", next(status))
}

// next is the row of the next step.
func next(table string) string {
	for row := range strings.Lines(table) {
		if strings.Contains(row, " next: ") {
			return strings.Join(strings.Fields(row), " ")
		}
	}
	return "no step"
}
