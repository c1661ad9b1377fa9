// Package forwardtest carries the calls between the nodes of one test in memory.
//
// It owns who serves which node. How long a call takes, and whether it arrives,
// is decided by the links that it is given.
package forwardtest

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"ursula/core/forward"
)

// Links carry one message one way.
type Links interface {
	Carry(ctx context.Context, from, to string) error
}

// Calls connects nodes. All methods may be called concurrently.
type Calls struct {
	links Links

	mu      sync.Mutex
	servers map[string]*forward.Server
	told    sync.WaitGroup
}

// New returns calls over links, without nodes.
func New(links Links) *Calls { return &Calls{links: links, servers: make(map[string]*forward.Server)} }

// Serve has s answer the calls to a node; nil has nobody answer.
func (c *Calls) Serve(node string, s *forward.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.servers[node] = s
}

// From returns the calls of a node.
func (c *Calls) From(node string) forward.Caller { return caller{c, node} }

// Wait returns when nothing that was told is on its way.
func (c *Calls) Wait() { c.told.Wait() }

type caller struct {
	calls *Calls
	node  string
}

// Call implements forward.Caller.
func (c caller) Call(ctx context.Context, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	sent := bytes.Join(payload, nil)
	server := c.calls.server(peer)
	if server == nil {
		return nil, fmt.Errorf("%w: %s", forward.ErrUnreachable, peer)
	}
	if err := c.calls.links.Carry(ctx, c.node, peer); err != nil {
		return nil, err
	}
	answer, err := answered(ctx, server, m, c.node, sent)
	if err != nil {
		return nil, err
	}
	return answer, c.calls.links.Carry(ctx, peer, c.node)
}

// CallUntil implements forward.Caller. What is on its way may have arrived.
func (c caller) CallUntil(ctx context.Context, u forward.Until, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	if u.Again {
		var leave context.CancelFunc
		ctx, leave = context.WithCancel(ctx)
		defer leave()
		go func() {
			select {
			case <-u.Over:
				leave()
			case <-ctx.Done():
			}
		}()
	}
	return c.Call(ctx, peer, m, payload...)
}

// answered calls a server as the transport does: a command without a goroutine where
// the server can.
func answered(ctx context.Context, s *forward.Server, m forward.Method, from string, payload []byte) ([]byte, error) {
	r := reply{answer: make(chan []byte, 1), sent: make(chan struct{})}
	if m != forward.MethodPropose || !s.Begin(payload, r) {
		return s.Answer(bare{ctx}, m, from, payload)
	}
	select {
	case <-r.sent:
		return <-r.answer, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// reply is a forward.Reply for one who waits.
type reply struct {
	answer chan []byte
	sent   chan struct{}
}

// Answer implements forward.Reply.
func (r reply) Answer(answer []byte) { r.answer <- answer }

// Send implements forward.Reply.
func (r reply) Send() { close(r.sent) }

// Tell implements forward.Caller.
func (c caller) Tell(peer string, m forward.Method, payload []byte) {
	sent := bytes.Clone(payload)
	c.calls.told.Go(func() { _, _ = c.Call(context.Background(), peer, m, sent) })
}

func (c *Calls) server(node string) *forward.Server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.servers[node]
}

// bare is a context as it reaches another node: its end, and nothing in it.
type bare struct{ context.Context }

// Value implements context.Context.
func (bare) Value(any) any { return nil }
