package transport

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/raft"
)

// absence is where Raft's requests for entries wait whose peer is away, one for each
// peer: the newest.
//
// Raft rests after each request that fails, twice as long as before and up to ten
// seconds, and nothing ends a rest. A peer that comes back would be left alone for as
// long. So a request does not fail for want of a connection: it waits for it.
type absence struct {
	mu    sync.Mutex
	over  bool // for good: nobody waits any more
	waits map[raft.ServerAddress]*wait
}

type wait struct {
	term uint64
	over chan struct{} // closed when a newer request waits, or none may
}

var errNotAwaited = errors.New("nobody waits for it any more")

// begin returns nil where nothing is to be waited for: a later term's leader has
// more to say.
func (a *absence) begin(peer raft.ServerAddress, term uint64) *wait {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.waits[peer]
	if a.over || before != nil && before.term > term {
		return nil
	}
	if before != nil {
		close(before.over)
	}
	if a.waits == nil {
		a.waits = make(map[raft.ServerAddress]*wait)
	}
	w := &wait{term, make(chan struct{})}
	a.waits[peer] = w
	return w
}

func (a *absence) end(peer raft.ServerAddress, w *wait) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waits[peer] == w {
		delete(a.waits, peer)
	}
}

func (a *absence) ended() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.over
}

// stop ends all waits, and those that would come.
func (a *absence) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	for peer, w := range a.waits {
		close(w.over)
		delete(a.waits, peer)
	}
}

// Quit has a leader's requests fail at once, those under way included, so that it hears of
// nobody any more. It is for a group that is about to be closed: Raft waits for its requests
// first, and for entries that nobody can store as long as it hears from a majority.
func (g *Group) Quit() {
	g.absence.stop()
	g.leading.Lock()
	pipelines := g.pipelines
	g.leading.Unlock()
	for _, p := range pipelines {
		p.end(unreachable(errNotAwaited))
	}
}

// quits is the error of a leader's request once the group is about to be closed.
func (g *Group) quits() error {
	if g.absence.ended() {
		return unreachable(errNotAwaited)
	}
	return nil
}

// Reaches reports whether a node is connected.
func (g *Group) Reaches(node string) bool {
	p, err := g.t.peer(node)
	if err != nil {
		return false
	}
	_, up, _, _ := p.log.look()
	return up
}

// awaitConn returns the connection for a leader's entries, once there is one.
func (g *Group) awaitConn(target raft.ServerAddress, term uint64) (*conn, error) {
	p, err := g.t.peer(string(target))
	if err != nil {
		return nil, err
	}
	if c, up, _, _ := p.log.look(); up {
		return c, nil
	}
	w := g.absence.begin(target, term)
	if w == nil {
		return nil, unreachable(errNotAwaited)
	}
	defer g.absence.end(target, w)
	return p.log.await(p.ctx, w.over)
}

// await returns the connection once there is one. It waits for as many attempts as
// it takes.
func (l *link[C]) await(ctx context.Context, over <-chan struct{}) (none C, err error) {
	for {
		c, up, arrived := l.arrival()
		if up {
			return c, nil
		}
		select {
		case <-arrived:
		case <-over:
			return none, unreachable(errNotAwaited)
		case <-ctx.Done():
			return none, unreachable(context.Cause(ctx))
		}
	}
}

func (l *link[C]) arrival() (c C, up bool, arrived <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current, l.up, l.arrived
}
