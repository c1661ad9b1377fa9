package server

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"ursula/infra/transport"
)

// liveness watches the connections to the others. What waits for a peer is told
// that one may be back; and where a connection ended because the peer's process
// did, its groups elect another leader at once. The system of a machine that runs
// says so: it refuses connections to an address where nobody listens.
type liveness struct {
	links   peerLinks
	back    func()                               // one may be back
	died    func(ctx context.Context, id string) // its process has ended
	suspect func(ctx context.Context, id string) // it has been out of reach for suspectAfter
	log     *slog.Logger

	up     map[string]bool
	losses map[string]chan struct{} // by peer that was lost; closed when nobody listens there
}

// peerLinks is what liveness sees of the transport.
type peerLinks interface {
	// Changed returns a channel that is closed at the next change of a connection,
	// a failed attempt at one included.
	Changed() <-chan struct{}
	Peers() []transport.PeerStatus
	Probe(ctx context.Context, address string) (transport.Identity, error)
}

// watchLinks is the cluster's liveness.
func (c *cluster) watchLinks() *liveness {
	return &liveness{
		links: c.links, back: c.objects.mirror.Load().Retry, died: c.node.Died, log: c.log,
		suspect: func(ctx context.Context, id string) { c.node.Suspect(ctx, id, suspectAfter) },
	}
}

// run returns after ctx has ended, when nothing runs because of it any more.
func (l *liveness) run(ctx context.Context) {
	l.up, l.losses = make(map[string]bool), make(map[string]chan struct{})
	var running sync.WaitGroup
	defer running.Wait()
	for {
		changed := l.links.Changed()
		for _, p := range l.links.Peers() {
			if refused := l.look(p); refused != nil {
				running.Go(func() { l.examine(ctx, p, refused) })
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// look takes over the state of a peer. It returns a channel if the peer was just
// lost, which is closed when an attempt to reach it again finds that nobody listens.
func (l *liveness) look(p transport.PeerStatus) (lost chan struct{}) {
	s := logLink(p)
	switch {
	case s.Connected && !l.up[p.ID]:
		delete(l.losses, p.ID)
		l.back()
	case !s.Connected && l.up[p.ID]:
		lost = make(chan struct{})
		l.losses[p.ID] = lost
	}
	l.up[p.ID] = s.Connected
	if refused := l.losses[p.ID]; refused != nil && nobodyListens(s.LastError) {
		close(refused)
		delete(l.losses, p.ID)
	}
	return lost
}

func logLink(p transport.PeerStatus) transport.LinkStatus {
	for _, l := range p.Links {
		if l.Class == transport.ClassLog {
			return l
		}
	}
	return transport.LinkStatus{}
}

func nobodyListens(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

const (
	// probePatience bounds a look at a peer whose connection ended.
	probePatience = 500 * time.Millisecond
	// suspectAfter is how long a member must be out of reach before its groups look
	// for another leader earlier than their timers say. Where these are shorter they
	// have been faster.
	suspectAfter = 3 * time.Second
)

// examine finds out what became of a peer. The first look may be too early: the
// system closes what an ended process had open one by one, and may take a connection
// for it after it has reset others.
func (l *liveness) examine(ctx context.Context, p transport.PeerStatus, refused <-chan struct{}) {
	if !l.ended(ctx, p) {
		select {
		case <-refused:
		case <-time.After(suspectAfter):
			l.doubt(ctx, p)
			return
		case <-ctx.Done():
			return
		}
	}
	l.log.Info("cluster: a member's process has ended", "member", p.ID)
	l.died(ctx, p.ID)
}

// ended looks whether nobody listens where a peer did.
func (l *liveness) ended(ctx context.Context, p transport.PeerStatus) bool {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	_, err := l.links.Probe(ctx, p.Address)
	return nobodyListens(err)
}

// doubt suspects a peer that is still out of reach.
func (l *liveness) doubt(ctx context.Context, p transport.PeerStatus) {
	for _, now := range l.links.Peers() {
		if now.ID == p.ID && !logLink(now).Connected {
			l.log.Info("cluster: a member cannot be reached", "member", p.ID)
			l.suspect(ctx, p.ID)
		}
	}
}
