package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"ursula/core/stream"
	"ursula/infra/natsd"
)

// lanes are what tail events travel on between all nodes of a test, and nothing else
// does. They can be cut, slow, or lose events.
type lanes struct {
	ctx context.Context // ends with the test

	mu    sync.Mutex
	down  bool
	delay time.Duration // of what is sent from now on
	loses bool          // every other event does not arrive
	turn  int
	tried int // tunnels that were refused
	late  int // pieces that were held back
	lost  int // events
	open  map[net.Conn]struct{}
}

// tune leads a bus over the lanes. Where they lose events its queues are full as well.
func (l *lanes) tune(o *natsd.Options) {
	open, deliver := o.Open, o.Deliver
	o.Open = func(ctx context.Context, peer string) (net.Conn, error) {
		if l.refuses() {
			return nil, errDown
		}
		tunnel, err := open(ctx, peer)
		if err != nil {
			return nil, err
		}
		return l.through(tunnel), nil
	}
	o.Deliver = func(e *stream.Event) {
		if !l.drops() {
			deliver(e)
		}
	}
	if l.loses {
		o.Queue, o.Inbox = 1, 1
	}
}

var errDown = errors.New("the lanes are down")

func (l *lanes) refuses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		l.tried++
	}
	return l.down
}

func (l *lanes) drops() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn++
	lost := l.loses && l.turn%2 == 1
	if lost {
		l.lost++
	}
	return lost
}

// cut ends all tunnels and lets none begin, until restore.
func (l *lanes) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for end := range l.open {
		end.Close()
	}
}

func (l *lanes) restore() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

// slow holds back what is sent from now on.
func (l *lanes) slow(delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = delay
}

// through puts the lanes between the server and a tunnel.
func (l *lanes) through(tunnel net.Conn) net.Conn {
	here, there := net.Pipe()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[net.Conn]struct{}{}
	}
	l.open[tunnel] = struct{}{}
	go l.carry(tunnel, there)
	go l.carry(there, tunnel)
	return here
}

// piece is what arrived at one time, and when it may go on.
type piece struct {
	data []byte
	due  time.Time
}

// carry takes bytes one way until either end closes. The sender never waits: what is
// held back is in the queue.
func (l *lanes) carry(to, from net.Conn) {
	queue := make(chan piece, 1<<16)
	go l.collect(from, queue)
	for p := range queue {
		select {
		case <-time.After(time.Until(p.due)):
		case <-l.ctx.Done():
		}
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	to.Close()
	from.Close()
}

func (l *lanes) collect(from net.Conn, queue chan<- piece) {
	defer close(queue)
	for {
		data := make([]byte, 32<<10)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		queue <- piece{data[:n], l.due()}
	}
}

func (l *lanes) due() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.delay > 0 {
		l.late++
	}
	return time.Now().Add(l.delay)
}

// did counts what the lanes did to events and tunnels.
func (l *lanes) did() (refused, late, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tried, l.late, l.lost
}
