package natsd

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	tunnelPatience = 5 * time.Second // for a tunnel to open, and for its preamble
	maxTunnels     = 4               // of one peer at a time; one is the rule
	maxStrangers   = 16              // accepted tunnels that have not said whose they are
)

// tunnels join the server's routes to those of the peers. For a peer with a
// smaller id there is a door: a loopback port which the server dials as that
// peer's route. Tunnels of peers with a greater id are accepted, and led to the
// server's own route port.
type tunnels struct {
	self     string
	open     func(context.Context, string) (net.Conn, error)
	route    string    // address of the server's route port
	entrants *entrants // whom the server takes for a route there
	secret   string    // that the server shows at a door
	ended    func()    // a tunnel that was in use is there no more
	log      *slog.Logger

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu    sync.Mutex
	peers map[string]*peer
}

// peer is a node that may have tunnels to this one.
type peer struct {
	id      string
	door    net.Listener // nil for a peer that opens the tunnels
	gone    bool
	tunnels map[net.Conn]struct{}
}

func newTunnels(n *Node) *tunnels {
	o := &n.opts
	t := &tunnels{
		self: o.NodeID, open: o.Open, route: n.server.ClusterAddr().String(), entrants: n.entrants, secret: n.secret,
		ended: n.lost.report, log: o.Logger,
		peers: make(map[string]*peer),
	}
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

// accept begins to accept the peers' tunnels.
func (t *tunnels) accept(l net.Listener) { t.work.Go(func() { t.serve(l) }) }

// close ends all tunnels and returns when they have ended. The listener must be
// closed already.
func (t *tunnels) close() {
	t.stop()
	t.mu.Lock()
	for _, p := range t.peers {
		t.remove(p)
	}
	t.mu.Unlock()
	t.work.Wait()
}

// extend adds peers, and returns the addresses of the doors to those of ids. With
// an error it has added those that it could.
func (t *tunnels) extend(ids []string) (doors []string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if e := t.add(id); e != nil {
			err = e
		}
		if p := t.peers[id]; p != nil && p.door != nil {
			doors = append(doors, p.door.Addr().String())
		}
	}
	slices.Sort(doors)
	return slices.Compact(doors), err
}

// retain removes the peers that are not among ids.
func (t *tunnels) retain(ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, p := range t.peers {
		if !slices.Contains(ids, id) {
			t.remove(p)
		}
	}
}

// add adds a peer, unless it is one; t.mu is held.
func (t *tunnels) add(id string) error {
	if id == t.self || t.peers[id] != nil || t.ctx.Err() != nil {
		return nil
	}
	p := &peer{id: id, tunnels: make(map[net.Conn]struct{})}
	if t.self > id {
		door, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		p.door = door
		t.work.Go(func() { t.serveDoor(p) })
	}
	t.peers[id] = p
	return nil
}

// remove ends a peer's tunnels and lets in no other; t.mu is held.
func (t *tunnels) remove(p *peer) {
	p.gone = true
	delete(t.peers, p.id)
	if p.door != nil {
		p.door.Close()
	}
	for tunnel := range p.tunnels {
		tunnel.Close()
	}
}

// peer returns the peer with an id; nil when there is none.
func (t *tunnels) peer(id string) *peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.peers[id]
}

// count returns the number of peers.
func (t *tunnels) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.peers)
}
