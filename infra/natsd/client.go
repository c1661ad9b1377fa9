package natsd

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"ursula/core/stream"
)

// connect connects the client to the server in this process. It comes back by
// itself for as long as the node lives, and keeps nothing for when it does:
// what cannot be sent now is late already.
func (n *Node) connect() error {
	conn, err := nats.Connect("",
		nats.InProcessServer(n.server),
		nats.NoEcho(),
		nats.SkipSubjectValidation(),
		nats.IgnoreDiscoveredServers(),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(50*time.Millisecond),
		nats.ReconnectJitter(0, 0),
		nats.ReconnectBufSize(-1),
		nats.NoCallbacksAfterClientClose(),
		nats.DisconnectErrHandler(func(*nats.Conn, error) { n.lost.report() }),
		nats.ErrorHandler(n.clientError),
	)
	if err != nil {
		return fmt.Errorf("natsd: connect in process: %w", err)
	}
	n.conn = conn
	return nil
}

// clientError is told of what happens to subscriptions: an inbox that is full
// loses events.
func (n *Node) clientError(_ *nats.Conn, _ *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrSlowConsumer) {
		n.lost.report()
	}
	n.opts.Logger.Debug("nats client", "error", err)
}

// subscribe lets the stream's events come to the inbox.
func (n *Node) subscribe(name stream.Name) (subscription, error) {
	return n.conn.ChanSubscribe(subjectOf(name), n.inbox)
}

// receive delivers what comes, until the node stops.
func (n *Node) receive() {
	for {
		select {
		case m := <-n.inbox:
			n.deliver(m)
		case <-n.stop:
			return
		}
	}
}

// deliver hands on an event that this node wants. Those that nobody wants any
// more, and those of a stream that shares another one's subject, end here.
func (n *Node) deliver(m *nats.Msg) {
	_, e, err := decodeMessage(m.Data)
	if err != nil {
		n.counts.refused.Add(1)
		n.opts.Logger.Debug("event refused", "error", err)
		return
	}
	if !n.interests.wants(e.Name) {
		return
	}
	n.counts.received.Add(1)
	n.opts.Deliver(&e)
}
