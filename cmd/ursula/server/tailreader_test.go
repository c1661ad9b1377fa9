package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"ursula/integration/wire"
)

// tailReader follows the stream and says when it has got something.
type tailReader struct {
	node    *wire.Client
	sse     bool
	changed chan struct{}

	mu      sync.Mutex
	content string
	err     error
}

func (r *tailReader) run(ctx context.Context) {
	err := r.poll
	if r.sse {
		err = r.listen
	}
	r.note(err(ctx))
}

func (r *tailReader) listen(ctx context.Context) error {
	live, err := r.node.Follow(ctx, "a", wire.Start)
	if err != nil {
		return err
	}
	defer live.Close()
	for {
		batch, err := live.Next()
		if err != nil {
			return err
		}
		if err := r.take(batch.Data, batch.Next); err != nil {
			return err
		}
	}
}

func (r *tailReader) poll(ctx context.Context) error {
	for offset := wire.Start; ; {
		reply, err := r.node.Poll(ctx, "a", offset)
		if err != nil {
			return err
		}
		if reply.Status != http.StatusOK {
			return fmt.Errorf("a long-poll ends with %v", reply)
		}
		if err := r.take(reply.Body, reply.Next()); err != nil {
			return err
		}
		offset = reply.Next()
	}
}

// take wants the bytes to end where the offset says.
func (r *tailReader) take(data []byte, next string) error {
	r.mu.Lock()
	r.content += string(data)
	length := len(r.content)
	r.mu.Unlock()
	r.note(nil)
	if !strings.HasSuffix(next, fmt.Sprintf("_%016d", length)) {
		return fmt.Errorf("after %d bytes it is given the offset %s", length, next)
	}
	return nil
}

func (r *tailReader) note(err error) {
	if err != nil {
		r.mu.Lock()
		r.err = err
		r.mu.Unlock()
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// await returns when the reader has got all of want, once and in order.
func (r *tailReader) await(ctx context.Context, want string) error {
	for {
		r.mu.Lock()
		got, err := r.content, r.err
		r.mu.Unlock()
		switch {
		case got == want:
			return nil
		case err != nil || !strings.HasPrefix(want, got):
			return fmt.Errorf("%d of %d bytes, ending with %.100q: %w", len(got), len(want), got[max(0, len(got)-100):], err)
		}
		select {
		case <-r.changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d bytes, and nothing wakes it", len(got), len(want))
		}
	}
}
