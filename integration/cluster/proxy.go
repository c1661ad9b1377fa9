package cluster

import (
	"context"
	"net"
	"sync"
	"time"
)

const dialWithin = 5 * time.Second

// proxy stands before one node's cluster address.
type proxy struct {
	network *Network
	node    int
	address string // where others find the node
	release func() // gives the address back
	target  string

	mu       sync.Mutex
	listener net.Listener // nil while the node's process is gone
}

// open listens, unless it does already.
func (p *proxy) open() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.listener = listener
	go p.serve(listener)
	return nil
}

// refuse has the system refuse connections, as it does where nobody listens.
func (p *proxy) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
}

// serve accepts until the listener is closed.
func (p *proxy) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go p.carry(conn)
	}
}

// carry connects a dialer with the node. Who the dialer is follows from its address;
// a stranger is turned away, because no fault could be aimed at it.
func (p *proxy) carry(conn net.Conn) {
	defer conn.Close()
	from, ok := p.network.nodeOf(conn.RemoteAddr())
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(p.network.ctx)
	defer cancel()
	dialer := net.Dialer{Timeout: dialWithin}
	node, err := dialer.DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	defer node.Close()
	flow := &flow{a: from, b: p.node, ends: []net.Conn{conn, node}, cancel: cancel}
	p.network.enlist(flow)
	defer p.network.drop(flow)
	flow.run(ctx, p.network.link(from, p.node), p.network.link(p.node, from))
}

// flow is one connection between two nodes.
type flow struct {
	a, b   int // a has dialed b
	ends   []net.Conn
	cancel context.CancelFunc
}

// run returns when either direction has ended, which ends the other: nodes do not
// half-close.
func (f *flow) run(ctx context.Context, there, back *link) {
	var done sync.WaitGroup
	stop := context.AfterFunc(ctx, f.close)
	defer stop()
	carry := func(p *pipe) {
		defer f.cancel()
		p.run(ctx)
	}
	done.Go(func() { carry(newPipe(f.ends[0], f.ends[1], there)) })
	done.Go(func() { carry(newPipe(f.ends[1], f.ends[0], back)) })
	done.Wait()
}

// reset breaks the connection so that both ends get an error and not an end.
func (f *flow) reset() {
	for _, end := range f.ends {
		if tcp, ok := end.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a connection that is closed already needs none
		}
	}
	f.cancel()
}

func (f *flow) close() {
	for _, end := range f.ends {
		end.Close()
	}
}
