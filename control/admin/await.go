package admin

import (
	"context"
	"time"
)

// Await looks at the status until the goal is reached, and says each step of
// progress once. The error is the cause of ctx, which the caller bounds: a node
// that nobody starts never joins.
func (c *Client) Await(ctx context.Context, g Goal, say func(progress string)) error {
	said := ""
	for {
		reached, progress := c.look(ctx, g)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if progress != said {
			say(progress)
			said = progress
		}
		if reached {
			return nil
		}
		select {
		case <-time.After(c.Pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *Client) look(ctx context.Context, g Goal) (reached bool, progress string) {
	s, err := c.Status(ctx)
	if err != nil {
		return false, err.Error() // it may pass
	}
	return g(s)
}
