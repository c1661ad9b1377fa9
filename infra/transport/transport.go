package transport

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// maxHandshakes bounds the connections that have not said who they are.
const maxHandshakes = 64

// Transport is one node's connections to all its peers. Its methods may be
// called concurrently.
type Transport struct {
	options      Options
	certificates *certificates // nil without TLS
	period       pulsePeriod
	handlers     [256]atomic.Pointer[Handler]
	prompts      [256]atomic.Pointer[Prompt]
	laters       [256]atomic.Pointer[Later]
	replies      sync.Pool // of *reply
	inbound      *inbound
	services     services
	snapshots    snapshotCounts

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	done   sync.WaitGroup // goroutines of the transport

	mu      sync.RWMutex
	closed  bool
	peers   map[string]*peer
	groups  map[uint32]*Group
	changed chan struct{} // closed at the next change of a connection
}

// New starts to accept connections. It dials none before SetPeers.
func New(o Options) (*Transport, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	t := &Transport{
		options: o, period: pulsePeriod(o.DeadAfter / beatsToDie), inbound: newInbound(),
		peers: map[string]*peer{}, groups: map[uint32]*Group{}, changed: make(chan struct{}),
	}
	if t.certificates, err = newCertificates(o.TLS, o.Logger); err != nil {
		return nil, err
	}
	t.replies.New = func() any { return &reply{done: make(chan struct{}, 1)} }
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.done.Go(t.accept)
	if t.certificates != nil {
		t.done.Go(func() { t.certificates.watch(t.ctx) })
	}
	return t, nil
}

// Close ends all connections and waits for what runs because of them: handlers
// are to return when their context ends. Groups are closed too.
func (t *Transport) Close() error {
	t.mu.Lock()
	already := t.closed
	t.closed = true
	t.mu.Unlock()
	if already {
		return nil
	}
	t.cancel()
	err := t.options.Listener.Close()
	t.SetPeers(nil)
	t.inbound.close()
	for _, g := range t.allGroups() {
		_ = g.Close()
	}
	t.services.close()
	t.done.Wait()
	return err
}

func (t *Transport) allGroups() []*Group {
	t.mu.RLock()
	defer t.mu.RUnlock()
	groups := make([]*Group, 0, len(t.groups))
	for _, g := range t.groups {
		groups = append(groups, g)
	}
	return groups
}

// SetPeers says who the peers are: their ids with the addresses to dial. This
// node itself is passed over. Connections to and from a peer that is gone or has
// another address are closed, and so are those that Admit does not admit any more.
func (t *Transport) SetPeers(addresses map[string]string) {
	before, next := t.replacePeers(t.options.Identity().Node, addresses)
	for id, p := range before {
		if next[id] != p {
			p.close()
			t.inbound.drop(id)
		}
	}
	for id, p := range next {
		if before[id] != p {
			p.start()
		}
	}
	t.review()
	t.announce()
}

func (t *Transport) replacePeers(self string, addresses map[string]string) (before, next map[string]*peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, next = t.peers, map[string]*peer{}
	for id, address := range addresses {
		switch old := before[id]; {
		case id == self || t.closed:
		case old != nil && old.address == address:
			next[id] = old
		default:
			next[id] = t.newPeer(id, address)
		}
	}
	t.peers = next
	return before, next
}

func (t *Transport) peer(id string) (*peer, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if p := t.peers[id]; p != nil {
		return p, nil
	}
	if t.closed {
		return nil, unreachable(ErrClosed)
	}
	return nil, unreachable(errNoPeer)
}

var errNoPeer = errors.New("not a peer")

// Changed returns a channel that is closed when a connection to a peer comes up or
// goes down after this call, or an attempt at one fails. Peers says which.
func (t *Transport) Changed() <-chan struct{} {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.changed
}

func (t *Transport) announce() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *Transport) snapshotPeers() map[string]*peer {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return maps.Clone(t.peers)
}

// accept takes connections until the listener is closed.
func (t *Transport) accept() {
	strangers := make(chan struct{}, maxHandshakes)
	var pause backoff
	for number := uint64(1); t.ctx.Err() == nil; number++ {
		raw, err := t.options.Listener.Accept()
		if err != nil {
			t.pause(err, pause.next())
			continue
		}
		pause.reset()
		select {
		case strangers <- struct{}{}:
			t.done.Go(func() { t.welcome(raw, number, strangers) })
		default:
			_ = raw.Close()
		}
	}
}

func (t *Transport) pause(err error, d time.Duration) {
	if t.ctx.Err() != nil {
		return
	}
	t.options.Logger.Warn("cannot accept connections of nodes", "error", err)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
	}
}
