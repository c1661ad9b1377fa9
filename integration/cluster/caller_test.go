package cluster

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"ursula/integration/wire"
)

// slowest is the longest pause before a request is repeated.
const slowest = time.Second

// caller is a client with ordinary retries: it repeats a request that got no answer,
// and one that was answered 503 and told when to come again. Every other refusal is a
// failed request. It is for one goroutine.
type caller struct {
	nodes []*wire.Client
	at    int  // the node that is asked
	loyal bool // waits for that node, where others ask the next one
	tally *tally
}

// ask returns the first answer of success.
func (c *caller) ask(ctx context.Context, what string, send func(context.Context, *wire.Client) (wire.Reply, error)) (wire.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, untilAnswered)
	defer cancel()
	begin := time.Now()
	for failures := 1; ; failures++ {
		reply, err := send(ctx, c.nodes[c.at])
		if err == nil && reply.OK() {
			c.tally.answered(time.Since(begin))
			return reply, nil
		}
		if err == nil && !passing(reply.Status, reply.Header) {
			return reply, fmt.Errorf("%s: node %d answers %v", what, c.at+1, reply)
		}
		if err := c.again(ctx, failures, reply, err); err != nil {
			return reply, fmt.Errorf("%s: %d attempts, the last: %w", what, failures, err)
		}
	}
}

// again waits before the next attempt, and chooses who is asked. The error is that of
// the attempt before, when there is no next one.
func (c *caller) again(ctx context.Context, failures int, reply wire.Reply, err error) error {
	if err == nil {
		err = fmt.Errorf("node %d answers %v", c.at+1, reply)
	}
	c.tally.retried(reply.Status)
	pause := again
	if c.loyal || failures >= len(c.nodes) {
		pause = max(asked(reply), min(again<<min(failures, 10), slowest))
	}
	if !c.loyal {
		c.at = (c.at + 1) % len(c.nodes)
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return err
	}
}

// passing says that a refusal asks for the same request once more.
func passing(status int, header http.Header) bool {
	return status == http.StatusServiceUnavailable && header.Get("Retry-After") != ""
}

// asked is the pause that a refusal asks for.
func asked(reply wire.Reply) time.Duration {
	seconds, err := strconv.Atoi(reply.Header.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
