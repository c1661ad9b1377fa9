package peers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"ursula/integration/harness"
	"ursula/integration/wire"
)

const (
	deletions    = 100
	readersEach  = 2 // of each kind
	deletedBytes = 64 << 10
)

// TestDeleteDuringReads deletes streams under readers of every kind. Each gets a
// whole answer and a clean end, and the server neither panics nor dies.
func TestDeleteDuringReads(t *testing.T) {
	server := harness.Start(t, harness.Config{Args: []string{"--long-poll-timeout", "500ms"}})
	client := wire.New(server.URL())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for round := range deletions {
		name := fmt.Sprintf("doomed/%d", round)
		reply, err := client.Create(ctx, name, make([]byte, deletedBytes))
		if err != nil || !reply.OK() {
			t.Fatalf("create: %v, %v", reply, err)
		}
		if err := deleteUnderReaders(ctx, client, name); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	if !server.Alive() {
		t.Fatal("the server died")
	}
	if strings.Contains(server.Output(), "panic") {
		t.Fatal("a request panicked")
	}
}

func deleteUnderReaders(ctx context.Context, client *wire.Client, name string) error {
	var group errgroup.Group
	requests := []func(context.Context, string, string) (wire.Reply, error){
		client.Read, client.Poll,
		func(ctx context.Context, name, _ string) (wire.Reply, error) { return client.Head(ctx, name) },
	}
	for range readersEach {
		for _, request := range requests {
			group.Go(func() error { return readUntilGone(ctx, name, request) })
		}
		group.Go(func() error { return followUntilEnd(ctx, client, name) })
	}
	group.Go(func() error {
		reply, err := client.Delete(ctx, name)
		if err == nil && reply.Status != http.StatusNoContent {
			return fmt.Errorf("delete: %v", reply)
		}
		return err
	})
	return group.Wait()
}

// readUntilGone alternates between the start of the stream and its tail.
func readUntilGone(ctx context.Context, name string, request func(context.Context, string, string) (wire.Reply, error)) error {
	for offset := "-1"; ; {
		reply, err := request(ctx, name, offset)
		switch {
		case err != nil:
			return err
		case reply.Gone():
			return nil
		case !reply.OK():
			return fmt.Errorf("read under a deletion: %v", reply)
		}
		if next := reply.Next(); offset == "-1" && next != "" {
			offset = next
		} else {
			offset = "-1"
		}
	}
}

func followUntilEnd(ctx context.Context, client *wire.Client, name string) error {
	tail, err := client.Follow(ctx, name, "-1")
	if refusal := (*wire.StatusError)(nil); errors.As(err, &refusal) && refusal.Status < 500 {
		return nil
	}
	if err != nil {
		return err
	}
	defer tail.Close()
	for {
		if _, err := tail.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("live read under a deletion: %w", err)
		}
	}
}
