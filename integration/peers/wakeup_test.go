package peers

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"ursula/integration/harness"
	"ursula/integration/wire"
)

const (
	pairs     = 8   // streams, each with a writer and two readers
	exchanges = 300 // appends to each
	// patience ends a test that hangs. The server's long-poll timeout is longer,
	// so that it cannot repair a lost wake-up unnoticed.
	patience = 60 * time.Second
)

// TestNoWakeUpIsLost has writers append at the very moment in which a reader has
// read and is about to wait: each append waits for the answer to the one before
// to have reached the reader. A lost wake-up leaves both waiting for good.
func TestNoWakeUpIsLost(t *testing.T) {
	server := harness.Start(t, harness.Config{Args: []string{"--long-poll-timeout", "5m"}})
	for _, mode := range []struct {
		name string
		read reading
	}{{"long-poll", byPoll}, {"sse", byEvents}} {
		t.Run(mode.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			group, ctx := errgroup.WithContext(ctx)
			for pair := range pairs {
				name := fmt.Sprintf("wakeup-%s/%d", mode.name, pair)
				group.Go(func() error { return exchange(ctx, wire.New(server.URL()), name, mode.read) })
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// reading reads a stream live to its closure and reports each piece.
type reading func(ctx context.Context, client *wire.Client, name string, piece func([]byte)) error

func exchange(ctx context.Context, client *wire.Client, name string, read reading) error {
	if reply, err := client.Create(ctx, name, nil); err != nil || !reply.OK() {
		return fmt.Errorf("create %s: %v, error %v", name, reply, err)
	}
	var sent, witness []byte
	got := make(chan []byte, exchanges+1)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(got)
		return read(ctx, client, name, func(data []byte) { got <- bytes.Clone(data) })
	})
	group.Go(func() error {
		return read(ctx, client, name, func(data []byte) { witness = append(witness, data...) })
	})
	group.Go(func() (err error) {
		sent, err = alternate(ctx, client, name, got)
		return err
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !bytes.Equal(sent, witness) {
		return fmt.Errorf("%s: a reader got %d bytes that are not the %d sent", name, len(witness), len(sent))
	}
	return nil
}

// alternate appends, waits until the reader has all of it, and so on; then it
// closes the stream.
func alternate(ctx context.Context, client *wire.Client, name string, got <-chan []byte) ([]byte, error) {
	var sent, received []byte
	for n := range exchanges {
		piece := fmt.Appendf(nil, "%s %d\n", name, n)
		sent = append(sent, piece...)
		if reply, err := client.Append(ctx, name, piece); err != nil || !reply.OK() {
			return sent, fmt.Errorf("append %d: %v, error %v", n, reply, err)
		}
		for len(received) < len(sent) {
			select {
			case data := <-got:
				received = append(received, data...)
			case <-ctx.Done():
				return sent, fmt.Errorf("append %d did not reach the reader: %w", n, context.Cause(ctx))
			}
		}
		if !bytes.Equal(received, sent) {
			return sent, fmt.Errorf("after append %d the reader has other bytes than were sent", n)
		}
	}
	_, err := client.Append(ctx, name, nil, wire.Closing())
	return sent, err
}

func byPoll(ctx context.Context, client *wire.Client, name string, piece func([]byte)) error {
	for offset := "-1"; ; {
		page, err := client.Poll(ctx, name, offset)
		if err != nil {
			return err
		}
		if !page.OK() {
			return fmt.Errorf("long-poll: %v", page)
		}
		if len(page.Body) > 0 {
			piece(page.Body)
		}
		if page.Closed() {
			return nil
		}
		offset = page.Next()
	}
}

func byEvents(ctx context.Context, client *wire.Client, name string, piece func([]byte)) error {
	tail, err := client.Follow(ctx, name, "-1")
	if err != nil {
		return err
	}
	defer tail.Close()
	for {
		batch, err := tail.Next()
		if err != nil {
			return fmt.Errorf("live read: %w", err)
		}
		if len(batch.Data) > 0 {
			piece(batch.Data)
		}
		if batch.Closed {
			return nil
		}
	}
}
