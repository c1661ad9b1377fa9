package server

import (
	"context"
	"fmt"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/webhook"
)

// reloadPause is how long after a failure subscriptions are looked at again.
const reloadPause = time.Second

func (s *Server) openSubscriptions() error {
	s.webhooks = webhook.NewClient(webhook.Policy{AllowLoopback: s.config.AllowLoopbackWebhooks}, nil)
	options := subscription.Options{Sender: s.webhooks, Log: s.log}
	if s.cluster != nil {
		options.HandOver = newHandover(s.node.LeaderOfHome, calls{s.cluster.links}.Call)
	}
	manager, err := subscription.Open(s.node.Records(), s.node.Streams(), options)
	if err != nil {
		return fmt.Errorf("open subscriptions: %w", err)
	}
	s.subscriptions.Store(manager)
	if s.cluster != nil {
		s.cluster.subscriptions.Store(manager)
	}
	s.led()
	following, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.reloading.Go(func() { s.followLeadership(following, manager) })
	return nil
}

// led has subscriptions looked at anew.
func (s *Server) led() {
	select {
	case s.reload <- struct{}{}:
	default:
	}
}

// followLeadership drives the subscriptions of the groups that this node leads.
func (s *Server) followLeadership(ctx context.Context, m *subscription.Manager) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.reload:
			if err := m.Reload(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("cannot load subscriptions yet", "error", err)
				time.AfterFunc(reloadPause, s.led)
			}
		}
	}
}

// publish hands what groups applied to those who wait for it.
func (s *Server) publish(events []stream.Event) {
	s.hub.Publish(events)
	if m := s.subscriptions.Load(); m != nil {
		m.Appended(events)
	}
}
