// Package lifecycle proves how a server ends and when it refuses to start: the
// drain after SIGTERM, and the faults of a data directory or a configuration
// that an operator must hear about.
//
// It owns these scenes; what a crash must not lose is package crash's matter.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"ursula/integration/harness"
	"ursula/integration/wire"
)

// patience ends a test that hangs.
const patience = 60 * time.Second

func TestMain(m *testing.M) { harness.Main(m) }

// TestDrain sends SIGTERM while an append is under way and readers wait. The
// append finishes and is kept, requests that come later get 503, the readers get
// a clean end, and the exit code is 0.
func TestDrain(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server := harness.Start(t, harness.Config{Args: []string{"--long-poll-timeout", "5m"}})
	client := wire.New(server.URL())
	if reply, err := client.Create(ctx, "drained", []byte("before ")); err != nil || !reply.OK() {
		t.Fatalf("create: %v, %v", reply, err)
	}
	reader := follow(ctx, t, client, "drained")
	pending := begin(ctx, t, server.URL(), "drained")

	server.Terminate()
	requireCleanEnd(t, reader)
	if reply, err := client.Head(ctx, "drained"); err != nil || reply.Status != http.StatusServiceUnavailable {
		t.Errorf("a request during the drain: %v, %v; want 503", reply, err)
	}
	if status, err := pending.finish("during"); err != nil || status/100 != 2 {
		t.Errorf("the append under way: status %d, %v", status, err)
	}
	if code := server.Wait(ctx); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}

	server.Restart()
	reply, err := client.ReadAll(ctx, "drained")
	if err != nil || string(reply.Body) != "before during" {
		t.Errorf("after the restart: %v, %v", reply, err)
	}
}

// TestDrainWakesLongPolls wants a waiting long-poll to be answered at the drain
// and whole. An append under way keeps the drain from ending, so that a long-poll
// which came too late to wait finds a server that answers, too.
func TestDrainWakesLongPolls(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server := harness.Start(t, harness.Config{Args: []string{"--long-poll-timeout", "5m"}})
	client := wire.New(server.URL())
	created, err := client.Create(ctx, "polled", nil)
	if err != nil || !created.OK() {
		t.Fatalf("create: %v, %v", created, err)
	}
	pending := begin(ctx, t, server.URL(), "polled")
	answer := make(chan error, 1)
	go func() { answer <- poll(ctx, client, "polled", created.Next()) }()

	server.Terminate()
	if err := <-answer; err != nil {
		t.Errorf("the long-poll: %v", err)
	}
	if status, err := pending.finish("late"); err != nil || status/100 != 2 {
		t.Errorf("the append under way: status %d, %v", status, err)
	}
	if code := server.Wait(ctx); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func poll(ctx context.Context, client *wire.Client, name, offset string) error {
	reply, err := client.Poll(ctx, name, offset)
	if err == nil && !reply.OK() && reply.Status != http.StatusServiceUnavailable {
		err = fmt.Errorf("during the drain: %v", reply)
	}
	return err
}

// follow starts a live read and returns when its first event has come.
func follow(ctx context.Context, t *testing.T, client *wire.Client, name string) *wire.Tail {
	t.Helper()
	tail, err := client.Follow(ctx, name, "-1")
	if err != nil {
		t.Fatalf("follow: %v", err)
	}
	t.Cleanup(tail.Close)
	if _, err := tail.Next(); err != nil {
		t.Fatalf("first event: %v", err)
	}
	return tail
}

func requireCleanEnd(t *testing.T, tail *wire.Tail) {
	t.Helper()
	for {
		_, err := tail.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the live read ended by %v, want a clean end", err)
		}
	}
}
