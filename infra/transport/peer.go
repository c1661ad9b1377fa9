package transport

import (
	"context"
	"sync"
)

// peer is a node that this one has requests for, at one address.
type peer struct {
	t       *Transport
	id      string
	address string
	log     *link[*conn]
	call    *link[*conn]
	bulk    *link[*session]
	calls   callCounts

	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (t *Transport) newPeer(id, address string) *peer {
	p := &peer{t: t, id: id, address: address}
	p.ctx, p.cancel = context.WithCancel(t.ctx)
	p.log = newLink(p.dialConn(ClassLog), t.announce, t.doubt)
	p.call = newLink(p.dialConn(ClassCall), t.announce, t.doubt)
	p.bulk = newLink(p.dialSession, t.announce, t.doubt)
	return p
}

func (p *peer) start() {
	p.done.Go(func() { p.log.run(p.ctx, p.reporter(ClassLog)) })
	p.done.Go(func() { p.call.run(p.ctx, p.reporter(ClassCall)) })
	p.done.Go(func() { p.bulk.run(p.ctx, p.reporter(ClassBulk)) })
}

// close ends all connections and waits for their goroutines.
func (p *peer) close() {
	p.cancel()
	p.log.close()
	p.call.close()
	p.bulk.close()
	p.done.Wait()
}

func (p *peer) hurry() {
	p.log.hurry()
	p.call.hurry()
	p.bulk.hurry()
}

func (p *peer) dialConn(class Class) func(context.Context, *traffic) (*conn, error) {
	return func(ctx context.Context, count *traffic) (*conn, error) {
		o, err := p.t.open(ctx, p.address, p.id, class, count)
		if err != nil {
			return nil, err
		}
		return newConn(o, p.t.period), nil
	}
}

func (p *peer) dialSession(ctx context.Context, count *traffic) (*session, error) {
	o, err := p.t.open(ctx, p.address, p.id, ClassBulk, count)
	if err != nil {
		return nil, err
	}
	return p.t.newSession(o), nil
}

// reporter logs why there is no connection, once for each reason in a row.
func (p *peer) reporter(class Class) func(error) {
	var last string
	return func(err error) {
		if text := err.Error(); text != last {
			last = text
			p.t.options.Logger.Warn("no connection to a peer", "node", p.id, "address", p.address, "class", class, "error", err)
		}
	}
}
