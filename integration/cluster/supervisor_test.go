package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// supervisor starts the next process of each node whose process has ended: at once, or
// when a command asks for it. It owns the nodes until it is dismissed.
type supervisor struct {
	nodes  []*Node
	orders map[int]chan struct{} // of the nodes that are started when somebody asks
	pipe   io.Closer             // on which orders come
	heard  chan int              // nodes that were asked for, in that order
	stop   context.CancelFunc
	all    sync.WaitGroup

	mu     sync.Mutex
	starts map[int]int // of each node
	faults []error
}

// supervise begins. A node without orders is started at once.
func supervise(t *testing.T, c *Cluster, orders map[int]chan struct{}) *supervisor {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &supervisor{nodes: c.Nodes(), orders: orders, heard: make(chan int, 100), stop: cancel, starts: map[int]int{}}
	for _, node := range c.Nodes() {
		s.all.Go(func() { s.keep(ctx, node) })
	}
	t.Cleanup(s.dismiss)
	return s
}

// commanded begins, and returns the command that asks for node {id}, which these nodes
// wait for. It returns at once, as those of an init system do; to ask twice for one
// process is to ask once, and to ask for a node that starts by itself is nothing.
func commanded(t *testing.T, c *Cluster, nodes ...int) (s *supervisor, command string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "start")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // with a writer, it has no end
	if err != nil {
		t.Fatal(err)
	}
	orders := map[int]chan struct{}{}
	for _, id := range nodes {
		orders[id] = make(chan struct{}, 1)
	}
	s = supervise(t, c, orders)
	s.pipe = pipe
	s.all.Go(func() { s.hear(pipe) })
	return s, "echo {id} >" + path
}

func (s *supervisor) hear(pipe *os.File) {
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		id, err := strconv.Atoi(lines.Text())
		if err != nil {
			s.fault(fmt.Errorf("asked to start node %q", lines.Text()))
			continue
		}
		select {
		case s.orders[id] <- struct{}{}:
		default:
		}
		s.heard <- id
	}
}

// keep looks after one node.
func (s *supervisor) keep(ctx context.Context, node *Node) {
	for {
		select {
		case <-node.Exited():
		case <-ctx.Done():
			return
		}
		if err := s.inspect(ctx, node); err != nil && ctx.Err() == nil {
			s.fault(err)
		}
		if orders, ok := s.orders[node.ID]; ok {
			select {
			case <-orders:
			case <-ctx.Done():
				return
			}
		}
		s.note(node)
		if err := node.Revive(ctx); err != nil && ctx.Err() == nil {
			s.fault(fmt.Errorf("node %d: %w", node.ID, err))
			return
		}
	}
}

// inspect looks at a process that has ended: it must have done so in order, after its
// node was drained, and while all others served.
func (s *supervisor) inspect(ctx context.Context, gone *Node) error {
	if code := gone.Wait(ctx); code != 0 {
		return fmt.Errorf("node %d ended with %d", gone.ID, code)
	}
	for _, node := range s.nodes {
		if node == gone {
			continue
		}
		status, err := node.Status(ctx)
		if state := status.state(gone); err != nil || state != "draining" || !node.Ready(ctx) {
			return fmt.Errorf("node %d has ended, which was %q by node %d, which is ready: %v (%v)",
				gone.ID, state, node.ID, node.Ready(ctx), err)
		}
	}
	return nil
}

// state is that of a member.
func (s Status) state(node *Node) string {
	for _, m := range s.Members {
		if m.ID == strconv.Itoa(node.ID) {
			return m.State
		}
	}
	return "no member"
}

func (s *supervisor) note(node *Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts[node.ID]++
}

// count is how often the node was started.
func (s *supervisor) count(node *Node) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.starts[node.ID]
}

func (s *supervisor) fault(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, err)
}

// dismiss lets the nodes go.
func (s *supervisor) dismiss() {
	s.stop()
	if s.pipe != nil {
		s.pipe.Close()
	}
	s.all.Wait()
}
