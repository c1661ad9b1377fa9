package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/integration/wire"
)

// Readers are woken by events here or not at all within a test: the timeouts are far
// beyond what a step waits.
const (
	readersPatience = 10 * time.Minute
	stepPatience    = 30 * time.Second
)

// tailed is a cluster of three with a stream, which is followed at each node by SSE
// and by long-poll.
type tailed struct {
	t       *testing.T
	lanes   *lanes
	servers []running
	writer  *wire.Client
	readers []*tailReader
	want    string
}

// follow starts a cluster over lanes.
func follow(t *testing.T, l *lanes) *tailed {
	t.Helper()
	l.ctx = t.Context()
	f := &tailed{t: t, lanes: l}
	f.servers = runTuned(t, func(_ int, s *Server) { s.tuneBus = l.tune }, trio(t, func() config.Config {
		k := plain(t)
		k.LongPollTimeout, k.SSERotate = readersPatience, readersPatience
		return k
	})...)
	for _, s := range f.servers {
		node := wire.New(strings.TrimSuffix(s.url, wire.Root))
		if f.writer == nil {
			f.writer = node
			f.must(node.Create(t.Context(), "a", nil))
		}
		for _, sse := range []bool{true, false} {
			r := &tailReader{node: node, sse: sse, changed: make(chan struct{}, 1)}
			f.readers = append(f.readers, r)
			var ended sync.WaitGroup
			ended.Go(func() { r.run(t.Context()) })
			t.Cleanup(ended.Wait)
		}
	}
	return f
}

func (f *tailed) must(r wire.Reply, err error) {
	f.t.Helper()
	if err != nil || !r.OK() {
		f.t.Fatalf("%v, %v", r, err)
	}
}

// step appends so many messages through one node, and waits until all readers at all
// nodes have them.
func (f *tailed) step(messages int) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), stepPatience)
	defer cancel()
	for range messages {
		message := fmt.Sprintf("%d ", len(f.want))
		f.must(f.writer.Append(ctx, "a", []byte(message)))
		f.want += message
	}
	for i, r := range f.readers {
		if err := r.await(ctx, f.want); err != nil {
			f.t.Fatalf("node %d, SSE %v: %v", i/2+1, r.sse, err)
		}
	}
}

// steps are lone messages and bursts.
func (f *tailed) steps(rounds int) {
	f.t.Helper()
	for range rounds {
		f.step(1)
		f.step(1)
		f.step(20)
	}
}

// hinted steps until a reader has got something by the bus.
func (f *tailed) hinted() {
	f.t.Helper()
	f.until("a hint is used", func(before, now tally) bool { return now.hints > before.hints })
}

// arrived steps until an event has come over the bus, of use or not.
func (f *tailed) arrived() {
	f.t.Helper()
	f.until("an event arrives", func(before, now tally) bool { return now.received > before.received })
}

// parted steps until no server is joined to another by the bus.
func (f *tailed) parted() {
	f.t.Helper()
	f.until("the routes end", func(_, now tally) bool { return now.routes == 0 })
}

func (f *tailed) until(what string, done func(before, now tally) bool) {
	f.t.Helper()
	for before, end := f.count(), time.Now().Add(stepPatience); !done(before, f.count()); f.step(1) {
		if time.Now().After(end) {
			f.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// tally is what the buses of all nodes do, and of what use it is.
type tally struct {
	hints, received uint64
	routes          int
}

func (f *tailed) count() (all tally) {
	for _, s := range f.servers {
		bus := s.cluster.bus.Load().Stats()
		all.hints += s.hub.Hints()
		all.received += bus.Received
		all.routes += bus.Routes
	}
	return all
}
