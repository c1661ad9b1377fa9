package natsd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// serve accepts the peers' tunnels until the listener is closed.
func (t *tunnels) serve(l net.Listener) {
	strangers := make(chan struct{}, maxStrangers)
	for {
		tunnel, err := l.Accept()
		if err != nil {
			return
		}
		strangers <- struct{}{}
		t.work.Go(func() {
			defer tunnel.Close()
			p, err := t.recognise(tunnel)
			<-strangers
			if err == nil {
				err = t.welcome(p, tunnel)
			}
			if err != nil {
				t.log.Debug("no tunnel", "error", err)
			}
		})
	}
}

var errStranger = errors.New("not a peer that opens tunnels to this node")

// recognise reads whose tunnel it is.
func (t *tunnels) recognise(tunnel net.Conn) (*peer, error) {
	defer context.AfterFunc(t.ctx, func() { tunnel.Close() })()
	tunnel.SetDeadline(time.Now().Add(tunnelPatience))
	id, err := readPreamble(tunnel)
	if err != nil {
		return nil, err
	}
	p := t.peer(id)
	if p == nil || p.door != nil {
		return nil, fmt.Errorf("%w: %q", errStranger, id)
	}
	return p, nil
}

// welcome leads a peer's tunnel to the server's route port.
func (t *tunnels) welcome(p *peer, tunnel net.Conn) error {
	var dialer net.Dialer
	ctx, cancel := context.WithTimeout(t.ctx, tunnelPatience)
	defer cancel()
	route, err := dialer.DialContext(ctx, "tcp", t.route)
	if err != nil {
		return err
	}
	defer route.Close()
	defer t.entrants.admit(route)()
	return t.join(p, tunnel, route)
}

var errTooMany = errors.New("too many tunnels of one peer, or the peer was removed")

// join carries bytes both ways until either end closes. A peer that never said a
// word has taken no event along.
func (t *tunnels) join(p *peer, tunnel, route net.Conn) error {
	if !t.admit(p, tunnel) {
		return errTooMany
	}
	tunnel.SetDeadline(time.Time{})
	var back sync.WaitGroup
	back.Go(func() { carry(tunnel, route) })
	heard := carry(route, tunnel)
	back.Wait()
	t.leave(p, tunnel)
	if heard > 0 && t.ctx.Err() == nil {
		t.ended()
	}
	return nil
}

// carry returns how many bytes came before it closed both ends.
func carry(to, from net.Conn) int64 {
	n, _ := io.Copy(to, from) // why it ended makes no difference
	to.Close()
	from.Close()
	return n
}

func (t *tunnels) admit(p *peer, tunnel net.Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.gone || len(p.tunnels) >= maxTunnels {
		return false
	}
	p.tunnels[tunnel] = struct{}{}
	return true
}

func (t *tunnels) leave(p *peer, tunnel net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(p.tunnels, tunnel)
}
