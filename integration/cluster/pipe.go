package cluster

import (
	"context"
	"net"
	"time"
)

const (
	pieceBytes = 32 << 10
	// pieces is how many pieces of one connection may be under way; with more the
	// sender has to wait, as with a full TCP window.
	pieces = 64
)

type piece struct {
	data []byte
	due  time.Time
}

// pipe carries the bytes of one connection in one direction.
type pipe struct {
	from, to net.Conn
	link     *link
	queue    chan piece
}

func newPipe(from, to net.Conn, link *link) *pipe {
	return &pipe{from: from, to: to, link: link, queue: make(chan piece, pieces)}
}

// run carries bytes until the sender has ended and everything has arrived, the
// receiver is gone, or ctx ends. The end itself travels as the bytes do.
func (p *pipe) run(ctx context.Context) {
	go p.collect(ctx)
	for {
		select {
		case piece, more := <-p.queue:
			if !more || !p.deliver(ctx, piece) {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// collect takes pieces from the sender. Pieces stay in order whatever their lag.
func (p *pipe) collect(ctx context.Context) {
	defer close(p.queue)
	var last time.Time
	for {
		data := make([]byte, pieceBytes)
		n, err := p.from.Read(data)
		due := time.Now().Add(p.link.lag())
		if due.Before(last) {
			due = last
		}
		last = due
		select {
		case p.queue <- piece{data[:n], due}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// deliver waits for the piece's time and for the link to be open. A piece without
// bytes comes before the end, so that the end does not overtake a partition.
func (p *pipe) deliver(ctx context.Context, piece piece) bool {
	if !sleepUntil(ctx, piece.due) || !p.awaitOpen(ctx) {
		return false
	}
	if len(piece.data) == 0 {
		return true
	}
	_, err := p.to.Write(piece.data)
	return err == nil
}

func (p *pipe) awaitOpen(ctx context.Context) bool {
	for {
		blocked, changed := p.link.blocked()
		if !blocked {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

func sleepUntil(ctx context.Context, due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
