package natsd_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"ursula/core/stream"
	"ursula/infra/natsd"
)

// network joins nodes by pipes, and can cut them.
type network struct {
	mu        sync.Mutex
	listeners map[string]*listener
	cut       map[string]bool       // nodes that nobody reaches
	pipes     map[string][]net.Conn // by either end
}

func newNetwork() *network {
	return &network{listeners: map[string]*listener{}, cut: map[string]bool{}, pipes: map[string][]net.Conn{}}
}

var errCut = errors.New("the network is cut")

// open opens a pipe from one node to another.
func (w *network) open(from, to string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.listeners[to]
	if l == nil || w.cut[from] || w.cut[to] {
		return nil, errCut
	}
	here, there := net.Pipe()
	select {
	case l.incoming <- there:
	case <-l.closed:
		return nil, errCut
	}
	w.pipes[from] = append(w.pipes[from], here)
	w.pipes[to] = append(w.pipes[to], here)
	return here, nil
}

// isolate cuts a node off; heal takes that back.
func (w *network) isolate(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut[id] = true
	for _, pipe := range w.pipes[id] {
		pipe.Close()
	}
	w.pipes[id] = nil
}

func (w *network) heal(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.cut, id)
}

func (w *network) listen(id string) net.Listener {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[id] = &listener{incoming: make(chan net.Conn, 16), closed: make(chan struct{})}
	return w.listeners[id]
}

type listener struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *listener) Addr() net.Addr { return &net.UnixAddr{} }

// member is a node with what it was told.
type member struct {
	*natsd.Node
	id     string
	events chan stream.Event
	lost   chan struct{}
}

func start(t testing.TB, w *network, id string, change func(*natsd.Options)) *member {
	t.Helper()
	m := &member{id: id, events: make(chan stream.Event, 1024), lost: make(chan struct{}, 64)}
	o := natsd.Options{
		NodeID: id, Cluster: "c0", Listener: w.listen(id),
		Open:    func(_ context.Context, peer string) (net.Conn, error) { return w.open(id, peer) },
		Deliver: func(e *stream.Event) { m.events <- *e },
		Lost:    func() { m.lost <- struct{}{} },
	}
	if change != nil {
		change(&o)
	}
	n, err := natsd.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	m.Node = n
	return m
}

// startAll starts nodes that know each other, and returns when they are joined.
func startAll(t *testing.T, w *network, ids ...string) []*member {
	t.Helper()
	var all []*member
	for _, id := range ids {
		all = append(all, start(t, w, id, nil))
	}
	for _, m := range all {
		m.setPeers(t, ids...)
	}
	for _, m := range all {
		until(t, m.Connected)
	}
	return all
}

func (m *member) setPeers(t testing.TB, ids ...string) {
	t.Helper()
	if err := m.SetPeers(ids); err != nil {
		t.Fatal(err)
	}
}

// until repeats what has no event to wait for, what another server has heard
// for example, until it is so.
func until(t testing.TB, so func() bool) {
	t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal("it never came to be")
		}
	}
}

// reach publishes from one node until another one hears of it, as a hint may
// come before interest has gone round, and returns what was heard.
func reach(t *testing.T, from, to *member, e stream.Event) (heard stream.Event) {
	t.Helper()
	until(t, func() bool {
		from.Publish(7, 3, []stream.Event{e})
		select {
		case heard = <-to.events:
			return heard.Name == e.Name
		default:
			return false
		}
	})
	return heard
}

func event(name stream.Name, from uint64, data string) stream.Event {
	return stream.Event{Name: name, ID: 5, From: from, To: from + uint64(len(data)), Data: []byte(data)}
}
