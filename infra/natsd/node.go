package natsd

import (
	"errors"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"ursula/core/stream"
)

// Node is one process's part in carrying tail events. All methods may be called
// concurrently, and none waits for a peer.
type Node struct {
	opts    Options
	server  *server.Server
	account *server.Account // knows what other nodes want
	conn    *nats.Conn

	secret   string // that the server shows at the doors of this process
	entrants *entrants

	tunnels   *tunnels
	interests *interests
	queue     *queue
	inbox     chan *nats.Msg
	lost      *lost
	counts    counts

	stop  chan struct{}
	work  sync.WaitGroup
	close sync.Once

	peers sync.Mutex // one change of the peers at a time
}

// Start starts a node without peers. It returns an error that wraps ErrOptions
// when options are missing; then, and with any other error, the listener is
// still the caller's.
func Start(opts Options) (*Node, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	n := &Node{
		opts:     opts,
		secret:   newSecret(),
		entrants: newEntrants(),
		queue:    newQueue(opts.Queue),
		inbox:    make(chan *nats.Msg, opts.Inbox),
		lost:     newLost(opts.Lost),
		stop:     make(chan struct{}),
	}
	n.interests = newInterests(opts.Linger, n.subscribe)
	if err := n.startServer(); err != nil {
		return nil, err
	}
	if err := n.connect(); err != nil {
		n.server.Shutdown()
		return nil, err
	}
	n.tunnels = newTunnels(n)
	n.run()
	return n, nil
}

func (n *Node) run() {
	n.tunnels.accept(n.opts.Listener)
	n.work.Go(func() { n.interests.run(n.stop) })
	n.work.Go(func() { n.lost.run(n.stop) })
	n.work.Go(n.publishQueued)
	n.work.Go(n.receive)
}

// SetPeers makes ids the nodes that events go to and come from; this node's own
// may be among them. Tunnels to others end. With an error some peers may not be
// reached, and the call is to be repeated.
func (n *Node) SetPeers(ids []string) error {
	n.peers.Lock()
	defer n.peers.Unlock()
	doors, err := n.tunnels.extend(ids)
	err = errors.Join(err, n.reload(doors))
	n.tunnels.retain(ids) // last, so that the server does not dial again what it is to let go
	return err
}

// Interest asks the other nodes for the stream's events.
func (n *Node) Interest(name stream.Name) { n.interests.set(name, true) }

// Uninterest ends that, a little later.
func (n *Node) Uninterest(name stream.Name) { n.interests.set(name, false) }

// Connected reports whether all peers' servers can be reached. A node without
// peers is connected.
func (n *Node) Connected() bool {
	return n.conn.IsConnected() && n.server.NumRemotes() >= n.tunnels.count()
}

// Close ends the node's part and returns when nothing of it runs any more.
// Publish, Interest and Uninterest may still be called, and do nothing.
func (n *Node) Close() {
	n.close.Do(func() {
		n.opts.Listener.Close()
		n.tunnels.close()
		n.conn.Close()
		n.server.Shutdown()
		n.server.WaitForShutdown()
		close(n.stop)
	})
	n.work.Wait()
}
