package crash

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ursula/integration/crash/audit"
	"ursula/integration/crash/record"
	"ursula/integration/harness"
	"ursula/integration/wire"
)

const (
	diskSize = 96 << 20
	// ballastLeaves is what is left of the disk for the server to fill.
	ballastLeaves = 8 << 20
	largeAppend   = 60_000
	// insideVar marks the test process that runs in a mount namespace of its own.
	insideVar = "URSULA_TEST_OWN_NAMESPACE"
)

// TestDiskFull fills the disk under a server. Appends are refused with 503 while
// reads and deletes go on; when space returns, so do appends, without a restart;
// and a kill after all that loses nothing.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize))
	if errors.Is(err, syscall.EPERM) && os.Getenv(insideVar) == "" {
		againInNamespace(t)
		return
	}
	if err != nil {
		t.Fatalf("this test needs a small disk of its own, by root or by user namespaces, and gets neither: mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	diskFull(t, dir)
}

// againInNamespace runs this test in a child that is root of a user and mount
// namespace of its own, in which it may mount.
func againInNamespace(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), insideVar+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("in a namespace of its own: %v\n%s", err, out)
	}
}

func diskFull(t *testing.T, dir string) {
	args := append(smallFlags(), "--groups", "1")
	server := harness.Start(t, harness.Config{Engine: "raft-wal", Dir: filepath.Join(dir, "data"), Args: args})
	w := &fullDisk{t: t, client: wire.New(server.URL()), ballast: filepath.Join(dir, "ballast")}
	w.kept = w.create("full/kept")
	victim := w.create("full/victim")
	w.appendUntilAccepted()

	w.fill(dir)
	refusal := w.appendUntilRefused()
	requireShed(t, refusal)
	w.requireReads()
	w.remove(victim)
	w.requireReads()

	w.free()
	w.appendUntilAccepted()
	if !server.Alive() {
		t.Fatal("the server died of the full disk")
	}
	server.Kill()
	w.client.Forget()
	server.Restart()
	audit.AfterCrash(t, w.client, []*record.Stream{w.kept, victim})
}

// requireShed wants what every refusal for want of room must be.
func requireShed(t *testing.T, reply wire.Reply) {
	t.Helper()
	kind := reply.Header.Get("Content-Type")
	if reply.Status != http.StatusServiceUnavailable || reply.Header.Get("Retry-After") == "" ||
		!strings.HasPrefix(kind, "application/problem+json") {
		t.Fatalf("an append on a full disk: %v, Retry-After %q, Content-Type %q",
			reply, reply.Header.Get("Retry-After"), kind)
	}
}
