package server

import (
	"context"
	"errors"
	"fmt"
	"net"

	"ursula/cmd/ursula/config"
	"ursula/control/member"
	"ursula/core/forward"
	"ursula/infra/transport"
)

// openLinks begins to listen for the other nodes. Whom it admits follows the
// membership; a newcomer may call, to say hello and to ask to join.
func (c *cluster) openLinks() (err error) {
	l, err := net.Listen("tcp", c.config.Listen)
	if err != nil {
		return fmt.Errorf("listen for the cluster: %w", err)
	}
	c.links, err = transport.New(transport.Options{
		Identity: func() transport.Identity { return transport.Identity(c.membership.identity()) },
		Listener: l, Admit: c.admit, TLS: tlsFiles(c.config.TLS), Logger: c.log,
	})
	if err != nil {
		return errors.Join(fmt.Errorf("listen for the cluster: %w", err), l.Close())
	}
	c.handle()
	c.reach(c.membership.roster())
	return nil
}

func tlsFiles(t config.TLSFiles) *transport.TLSFiles {
	if t == (config.TLSFiles{}) {
		return nil
	}
	return &transport.TLSFiles{Cert: t.Cert, Key: t.Key, CA: t.CA}
}

func (c *cluster) admit(peer transport.Identity, class transport.Class) error {
	err := member.Admit(c.membership.roster(), c.membership.identity(), member.Identity(peer))
	if errors.Is(err, member.ErrNewcomer) && class == transport.ClassCall {
		return nil
	}
	return err
}

// reach tells the transport where the others are: by the roster, or by --peers as
// long as there is none.
func (c *cluster) reach(r member.Roster) {
	addresses := c.config.Peers.Addresses()
	if r.Version > 0 {
		addresses = make(map[string]string)
		for _, m := range r.Members {
			addresses[m.ID] = m.Address
		}
	}
	delete(addresses, c.config.NodeID)
	c.links.SetPeers(addresses)
}

func (c *cluster) handle() {
	for m, h := range map[method]transport.Handler{
		methodHello:    c.answerHello,
		methodJoin:     c.answerJoin,
		methodReport:   c.answerReport,
		methodTransfer: c.answerTransfer,
		methodTakeOver: c.answerTakeOver,
	} {
		c.links.Handle(transport.Method(m), h)
	}
	for _, m := range forward.Methods() {
		c.links.Handle(transport.Method(m), c.forwarded(m))
	}
	c.links.HandlePromptly(transport.Method(forward.MethodAsk), func(from string, payload []byte) ([]byte, bool) {
		if s := c.server.Load(); s != nil {
			return s.AskPromptly(from, payload)
		}
		return nil, false
	})
	c.links.HandleLater(transport.Method(forward.MethodPropose), func(_ string, payload []byte, reply *transport.Reply) bool {
		s := c.server.Load()
		return s != nil && s.Begin(payload, reply)
	})
}

// forwarded hands a call to the node, once there is one.
func (c *cluster) forwarded(m method) transport.Handler {
	return func(ctx context.Context, from string, payload []byte) ([]byte, error) {
		if s := c.server.Load(); s != nil {
			return s.Answer(ctx, m, from, payload)
		}
		return forward.NotServing(m)
	}
}

var errStarting = errors.New("node is starting")

// calls is the transport as forwarding sees it.
type calls struct{ links *transport.Transport }

var _ forward.Caller = calls{}

// Call implements forward.Caller.
func (c calls) Call(ctx context.Context, peer string, m method, payload ...[]byte) ([]byte, error) {
	return c.CallUntil(ctx, forward.Until{}, peer, m, payload...)
}

// CallUntil implements forward.Caller.
func (c calls) CallUntil(ctx context.Context, u forward.Until, peer string, m method, payload ...[]byte) ([]byte, error) {
	answer, err := c.links.CallUntil(ctx, transport.Until(u), peer, transport.Method(m), payload...)
	if errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrTooLarge) {
		err = fmt.Errorf("%w: %w", forward.ErrUnreachable, err)
	}
	return answer, err
}

// Tell implements forward.Caller.
func (c calls) Tell(peer string, m method, payload []byte) {
	c.links.Tell(peer, transport.Method(m), payload)
}
