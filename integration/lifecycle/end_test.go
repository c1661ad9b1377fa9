package lifecycle

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ursula/integration/harness"
	"ursula/integration/wire"
)

// TestTheAdminPortIsTheLastToGo ends a server and looks at its directory the moment
// nobody listens at its admin port any more. Whoever restarts servers takes that for
// the end of the process, and starts the next one, which must find the directory free.
func TestTheAdminPortIsTheLastToGo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server := harness.Start(t, harness.Config{})
	client := wire.New(server.URL())
	if reply, err := client.Create(ctx, "left", make([]byte, 1<<20)); err != nil || !reply.OK() {
		t.Fatalf("create: %v, %v", reply, err)
	}
	server.Terminate()
	awaitSilence(ctx, t, strings.TrimPrefix(server.AdminURL(), "http://"))
	lock, err := os.Open(filepath.Join(server.Dir(), "LOCK"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Errorf("nobody listens at the admin port, and the directory is locked: %v", err)
	}
	if code := server.Wait(ctx); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

// awaitSilence dials until that is refused. Nothing else tells of the end of a
// listener.
func awaitSilence(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	for ctx.Err() == nil {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return
		}
		connection.Close()
	}
	t.Fatal(context.Cause(ctx))
}
