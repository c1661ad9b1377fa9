package bench

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// setupConnections is how many connections create and delete the streams of a run.
const setupConnections = 16

// forEach calls do for 0..n-1, spread over a few connections to the nodes in turn.
func forEach(ctx context.Context, t Target, n int, do func(c *conn, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	workers := min(n, setupConnections)
	for w := range workers {
		group.Go(func() error {
			c, err := t.dial(ctx, w)
			if err != nil {
				return err
			}
			defer c.close()
			for i := w; i < n && ctx.Err() == nil; i += workers {
				if err := do(c, i); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// createStreams makes streams 0..n-1 of a run.
func createStreams(ctx context.Context, t Target, run string, n int, mediaType string, body []byte) error {
	return forEach(ctx, t, n, func(c *conn, i int) error {
		return expect(c, request("PUT", c.host, t.streamPath(run, i), body, contentType(mediaType)))
	})
}

// deleteStreams removes the streams of a run. It is a courtesy to the server: what it
// cannot remove stays, and no later run will touch it.
func deleteStreams(ctx context.Context, t Target, run string, n int) {
	_ = forEach(context.WithoutCancel(ctx), t, n, func(c *conn, i int) error {
		return expect(c, request("DELETE", c.host, t.streamPath(run, i), nil))
	})
}

// expect exchanges a request that must succeed.
func expect(c *conn, req []byte) error {
	h, err := c.exchange(req)
	if err != nil {
		return err
	}
	if h.status/100 != 2 {
		return fmt.Errorf("%.80q was answered %d", firstLine(req), h.status)
	}
	return nil
}

// firstLine returns the request line, for messages.
func firstLine(req []byte) []byte {
	for i, b := range req {
		if b == '\r' {
			return req[:i]
		}
	}
	return req
}
