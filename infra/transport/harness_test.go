package transport_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"ursula/infra/transport"
)

// node is a transport under test with what a test may change about it.
type node struct {
	*transport.Transport
	id      string
	address string
	bulk    bool // whether it lets connections of ClassBulk in
}

// option changes the options of one node before it starts.
type option func(*transport.Options)

func start(t testing.TB, id string, l net.Listener, changes ...option) *node {
	t.Helper()
	o := transport.Options{
		Identity: func() transport.Identity { return transport.Identity{Cluster: "c", Node: id, Disk: "d" + id} },
		Listener: l,
		Admit:    func(transport.Identity, transport.Class) error { return nil },
		Logger:   slog.New(slog.DiscardHandler),
	}
	for _, change := range changes {
		change(&o)
	}
	tr, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	return &node{tr, id, l.Addr().String(), true}
}

// facing starts a node that knows one peer, 2, whose part the test plays: it listens where
// that is looked for.
func facing(t *testing.T) (one *node, l net.Listener) {
	t.Helper()
	pipes := newNetwork()
	l = pipes.listen("2")
	one = pipes.node(t, "1")
	one.SetPeers(map[string]string{"2": "2"})
	return one, l
}

// onTCP starts a node on a port of the loopback. It has time: on a starved machine a real
// connection is silent, and a real answer away, for longer than a node would wait, and
// what these tests look at is something else.
func onTCP(t testing.TB, id string, changes ...option) *node {
	t.Helper()
	patient := func(o *transport.Options) { o.DeadAfter, o.Timeout = 20*time.Second, 20*time.Second }
	changes = append([]option{patient}, changes...)
	l, err := newTCP()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, id, l, changes...)
}

func newTCP() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

// acquaint makes all nodes peers of each other.
func acquaint(nodes ...*node) {
	addresses := map[string]string{}
	for _, n := range nodes {
		addresses[n.id] = n.address
	}
	for _, n := range nodes {
		n.SetPeers(addresses)
	}
}

// await returns when every link of the nodes, that may be up, has the state.
func await(t testing.TB, connected bool, nodes ...*node) {
	t.Helper()
	for _, n := range nodes {
		awaitThat(t, n, func(s transport.LinkStatus) bool {
			return s.Connected == connected || s.Class == transport.ClassBulk && !n.bulk
		})
	}
}

func awaitThat(t testing.TB, n *node, ok func(transport.LinkStatus) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		changed := n.Changed()
		if all(n.Peers(), ok) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("node %s: %+v", n.id, n.Peers())
		}
	}
}

func all(peers []transport.PeerStatus, ok func(transport.LinkStatus) bool) bool {
	for _, p := range peers {
		for _, l := range p.Links {
			if !ok(l) {
				return false
			}
		}
	}
	return true
}

// network is a network of pipes, for bubbles: no socket, and no time passes in it.
type network struct {
	mu        sync.Mutex
	listeners map[string]*pipeListener
	frozen    chan struct{} // closed while traffic flows
}

func newNetwork() *network {
	n := &network{listeners: map[string]*pipeListener{}, frozen: make(chan struct{})}
	close(n.frozen)
	return n
}

// node starts a node whose address is its id. It refuses bulk connections: yamux
// keeps timers for all its sessions together, which no bubble may share.
func (n *network) node(t testing.TB, id string, changes ...option) *node {
	t.Helper()
	piped := start(t, id, n.listen(id), append(changes, func(o *transport.Options) {
		o.Dial = n.dial
		admit := o.Admit
		o.Admit = func(peer transport.Identity, class transport.Class) error {
			if class == transport.ClassBulk {
				return errNobody
			}
			return admit(peer, class)
		}
	})...)
	piped.bulk = false
	return piped
}

func (n *network) listen(address string) net.Listener {
	l := &pipeListener{address: address, queue: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[address] = l
	return l
}

var errNobody = errors.New("nobody listens")

func (n *network) dial(ctx context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, errNobody
	}
	here, there := net.Pipe()
	select {
	case l.queue <- &freezable{Conn: there, n: n}:
		return &freezable{Conn: here, n: n}, nil
	case <-l.done:
		return nil, errNobody
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// freeze stops all traffic without closing anything, as a cut cable does.
func (n *network) freeze() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen = make(chan struct{})
}

func (n *network) thaw() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.frozen)
}

func (n *network) flows() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.frozen
}

// freezable loses what is written while the network is frozen.
type freezable struct {
	net.Conn
	n *network
}

// Write implements net.Conn.
func (f *freezable) Write(b []byte) (int, error) {
	select {
	case <-f.n.flows():
		return f.Conn.Write(b)
	default:
		return len(b), nil
	}
}

type pipeListener struct {
	address string
	queue   chan net.Conn
	once    sync.Once
	done    chan struct{}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return transport.Addr(l.address) }

// within fails the test when ch says nothing for long.
func within[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("waited for 20 s")
		panic("unreachable")
	}
}
