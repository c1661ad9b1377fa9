package forward_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"ursula/core/forward"
	"ursula/core/forward/forwardtest"
	"ursula/core/group"
	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/stream"
)

// cluster is three nodes with one group, in the virtual time of a bubble.
type cluster struct {
	t     *testing.T
	net   *rafttest.Network
	calls *forwardtest.Calls
	hosts []*host
}

// host is one node: what a Server reaches, and what a group reports to.
type host struct {
	id      string
	skew    time.Duration // of its clock
	local   *raftgroup.Engine
	engine  *forward.Engine
	notices *forward.Notices

	mu    sync.Mutex
	leads bool
	moved chan struct{} // holds a token when events were applied
}

func newCluster(t *testing.T, seed uint64, delay time.Duration) *cluster {
	net := rafttest.New(seed)
	net.Delay(delay)
	c := &cluster{t: t, net: net, calls: forwardtest.New(net)}
	ids := []string{"a", "b", "c"}
	for _, id := range ids {
		c.hosts = append(c.hosts, c.open(id, ids))
	}
	return c
}

func (c *cluster) open(id string, founders []string) *host {
	calls := c.calls.From(id)
	others := slices.DeleteFunc(slices.Clone(founders), func(other string) bool { return other == id })
	h := &host{id: id, moved: make(chan struct{}, 1)}
	h.notices = forward.NewNotices(h, calls, func() []string { return others })
	questions := forward.NewQuestions(h, calls)
	var err error
	h.local, err = raftgroup.Open(raftgroup.Options{
		NodeID: id, Bootstrap: founders, Transport: c.net.Transport(id, 0), Timers: raftgroup.TimersFor(1),
		Verify: func(ctx context.Context, term uint64, others []string, need int) error {
			return questions.Verify(ctx, 0, term, others, need)
		},
		Observer: h, Logger: slog.New(slog.DiscardHandler), OnFatal: func(err error) { c.t.Error(err) },
	})
	if err != nil {
		c.t.Fatal(err)
	}
	h.engine = forward.New(0, id, h.local, calls, questions, h.Clock)
	c.calls.Serve(id, forward.NewServer(h))
	return h
}

func (c *cluster) close() {
	for _, h := range c.hosts {
		if err := h.engine.Close(); err != nil {
			c.t.Errorf("close %s: %v", h.id, err)
		}
		c.calls.Serve(h.id, nil)
	}
	c.net.Heal()
	c.calls.Wait()
	time.Sleep(time.Minute) // questions that were lost are given up
}

// leader waits for one of the hosts to lead.
func (c *cluster) leader(among ...*host) *host {
	c.t.Helper()
	for range 600 {
		for _, h := range c.hosts {
			if h.local.Leads() && (len(among) == 0 || slices.Contains(among, h)) {
				return h
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatal("nobody leads")
	return nil
}

func (c *cluster) followers() []*host {
	leader := c.leader()
	return slices.DeleteFunc(slices.Clone(c.hosts), func(h *host) bool { return h == leader })
}

// Local implements forward.Node.
func (h *host) Local(id uint32) forward.Local {
	if id != 0 || h.local == nil {
		return nil
	}
	return h.local
}

// ProposeHere implements forward.Node.
func (h *host) ProposeHere(ctx context.Context, _ uint32, c *stream.Command) (stream.Result, error) {
	c.Now = h.Clock()
	return h.local.Propose(ctx, c)
}

// BeginHere implements forward.Node.
func (h *host) BeginHere(_ uint32, c *stream.Command, reply group.Reply) error {
	c.Now = h.Clock()
	return h.local.Begin(c, reply)
}

// DriveHere implements forward.Node.
func (h *host) DriveHere(context.Context, stream.Name, *stream.Fork) (stream.Result, error) {
	return stream.Result{}, nil
}

// Clock implements forward.Node.
func (h *host) Clock() int64 { return time.Now().Add(h.skew).UnixMilli() }

// Applied implements group.Observer.
func (h *host) Applied(events []stream.Event, _ int64) {
	h.mu.Lock()
	leads := h.leads
	h.mu.Unlock()
	if leads {
		h.notices.Committed(0)
	}
	select {
	case h.moved <- struct{}{}:
	default:
	}
}

// Restored implements group.Observer.
func (h *host) Restored(int64) {}

// Led implements group.Observer.
func (h *host) Led(leads bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leads = leads
}

var (
	_ forward.Node   = (*host)(nil)
	_ group.Observer = (*host)(nil)
)

func (h *host) propose(ctx context.Context, c *stream.Command) error {
	r, err := h.engine.Propose(ctx, c)
	if err != nil {
		return err
	}
	return r.Err
}

func (h *host) mustPropose(t *testing.T, c *stream.Command) {
	t.Helper()
	if err := h.propose(t.Context(), c); err != nil {
		t.Fatalf("propose on %s: %v", h.id, err)
	}
}

// tail is how long the stream is on this host, as a read would show it.
func (h *host) tail() (tail uint64) {
	h.local.Replica().View(func(m *stream.Machine) {
		if info, err := m.Stat(name, 1); err == nil {
			tail = info.Tail
		}
	})
	return tail
}

const name = stream.Name("v1/a")

func creation() *stream.Command {
	return &stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()}
}

func addition(data string) *stream.Command {
	return &stream.Command{Op: stream.OpAppend, Name: name, ContentType: stream.DefaultContentType, Data: []byte(data)}
}

func numbered(i int) *stream.Command {
	c := addition(fmt.Sprint(i % 10))
	c.Producer.ID, c.Producer.Seq = "p", uint64(i)
	return c
}
