package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	// BinaryVar names the environment variable that holds the path of a built
	// ursula. Without it Main builds one from the working tree.
	BinaryVar = "URSULA_TEST_BINARY"
	// BuildFlagsVar holds extra flags for that build, such as "-race".
	BuildFlagsVar = "URSULA_TEST_BUILD_FLAGS"
	// URLVar points the suites that need no control over the process at a
	// server that runs already.
	URLVar = "URSULA_TEST_URL"
)

// Main runs a package's tests with a binary to start: the one that BinaryVar
// names, or one built for this run. Call it from TestMain; it does not return.
func Main(m *testing.M) { os.Exit(runWithBinary(m)) }

func runWithBinary(m *testing.M) int {
	if os.Getenv(BinaryVar) != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "ursula-binary-")
	if err != nil {
		return refuse(err)
	}
	defer os.RemoveAll(dir)
	path, err := build(dir)
	if err != nil {
		return refuse(err)
	}
	os.Setenv(BinaryVar, path)
	return m.Run()
}

func refuse(err error) int {
	fmt.Fprintln(os.Stderr, "harness:", err)
	return 1
}

func build(dir string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "ursula")
	args := append([]string{"build", "-o", path}, strings.Fields(os.Getenv(BuildFlagsVar))...)
	cmd := exec.Command("go", append(args, "./cmd/ursula")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ursula: %w\n%s", err, out)
	}
	return path, nil
}

// Root returns the directory that holds the module's go.mod, looking upwards
// from the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the working directory")
		}
	}
}
