// Package vitest runs a vitest project from a Go test and reads its report.
//
// It owns the call of node and the counting: a project whose tests were not
// found, or were skipped, is not a project that passed. It does not know what
// the projects test.
package vitest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Run runs the project in dir with the environment (NAME=value) added. It ends
// the test when there is nothing to run it with; failing tests are for the
// caller to judge. The project's processes end with the test's context.
func Run(t testing.TB, dir string, env ...string) Report {
	t.Helper()
	target := filepath.Join(t.TempDir(), "report.json")
	output, runErr := run(t, dir, env, "run", "--reporter=json", "--outputFile="+target)
	report, err := read(target)
	if err != nil {
		t.Fatalf("vitest in %s: %v, %v\n%s", dir, runErr, err, output)
	}
	if runErr != nil {
		t.Logf("vitest in %s:\n%s", dir, output)
	}
	return report
}

// Count loads the project without running it and returns how many tests it
// registers.
func Count(t testing.TB, dir string, env ...string) int {
	t.Helper()
	target := filepath.Join(t.TempDir(), "list.json")
	if output, err := run(t, dir, env, "list", "--json="+target); err != nil {
		t.Fatalf("vitest in %s: %v\n%s", dir, err, output)
	}
	data, err := os.ReadFile(target)
	if err != nil {
		t.Fatalf("no list of tests: %v", err)
	}
	var tests []json.RawMessage
	if err := json.Unmarshal(data, &tests); err != nil {
		t.Fatalf("list of tests: %v", err)
	}
	return len(tests)
}

func run(t testing.TB, dir string, env []string, args ...string) ([]byte, error) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatalf("node 20 or newer is needed for %s: %v", dir, err)
	}
	main := filepath.Join("node_modules", "vitest", "vitest.mjs")
	if _, err := os.Stat(filepath.Join(dir, main)); err != nil {
		t.Fatalf("%s is not installed: run `make node-modules`, or `npm ci` in that directory", dir)
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{main}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	return cmd.CombinedOutput()
}

func read(path string) (Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return Report{}, fmt.Errorf("no report: %w", err)
	}
	defer file.Close()
	return Parse(file)
}
