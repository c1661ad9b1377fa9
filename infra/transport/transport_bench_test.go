package transport_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// counting is a listener and a dialer that count system calls.
type counting struct {
	net.Conn
	writes, reads *atomic.Int64
}

// Write implements net.Conn.
func (c counting) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// Read implements net.Conn.
func (c counting) Read(b []byte) (int, error) {
	c.reads.Add(1)
	return c.Conn.Read(b)
}

// benchPair starts a node that dials through counting connections, and one that
// follows in groups of the given ids.
func benchPair(b *testing.B, groups int) (one *node, calls *counting) {
	calls = &counting{writes: new(atomic.Int64), reads: new(atomic.Int64)}
	var d net.Dialer
	one = onTCP(b, "1", func(o *transport.Options) {
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			c, err := d.DialContext(ctx, "tcp", address)
			return counting{c, calls.writes, calls.reads}, err
		}
	})
	two := onTCP(b, "2")
	echoing(two)
	done := make(chan struct{})
	b.Cleanup(func() { close(done) })
	for id := range groups {
		g := two.Group(uint32(id))
		beaten := raft.AppendEntriesResponse{RPCHeader: header("2"), Term: 1, Success: true}
		g.SetHeartbeatHandler(func(rpc raft.RPC) { rpc.Respond(&beaten, nil) })
		go follow(g, done)
	}
	one.SetPeers(map[string]string{"2": two.address})
	awaitThat(b, one, func(l transport.LinkStatus) bool { return l.Connected })
	return one, calls
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure reports CPU time of both ends, and system calls of the one that asks.
func measure(b *testing.B, calls *counting, run func()) {
	b.ReportAllocs()
	began, writes, reads := cpu(), calls.writes.Load(), calls.reads.Load()
	b.ResetTimer()
	run()
	b.StopTimer()
	n := float64(b.N)
	b.ReportMetric(float64(cpu()-began)/n/1e3, "cpu-µs/op")
	b.ReportMetric(float64(calls.writes.Load()-writes)/n, "writes/op")
	b.ReportMetric(float64(calls.reads.Load()-reads)/n, "reads/op")
}

func tenEntries(index uint64) *raft.AppendEntriesRequest {
	r := entries("1", index)
	for i := range uint64(10) {
		r.Entries = append(r.Entries, &raft.Log{Index: index + i, Term: 1, Data: make([]byte, 256)})
	}
	return r
}

// BenchmarkAppendEntries sends 10 entries of 256 bytes from each of several
// groups, one request at a time.
func BenchmarkAppendEntries(b *testing.B) {
	for name, groups := range map[string]int{"groups=1": 1, "groups=64": 64} {
		b.Run(name, func(b *testing.B) {
			one, calls := benchPair(b, groups)
			measure(b, calls, func() {
				eachGroup(b, groups, func(id uint32, n int) {
					g, r := one.Group(id), tenEntries(2)
					var resp raft.AppendEntriesResponse
					for range n {
						if err := g.AppendEntries("2", "2", r, &resp); err != nil {
							b.Error(err)
						}
					}
				})
			})
		})
	}
}

// eachGroup shares b.N among goroutines, one for each group.
func eachGroup(b *testing.B, groups int, run func(id uint32, n int)) {
	var running sync.WaitGroup
	for id := range groups {
		n := b.N / groups
		if id < b.N%groups {
			n++
		}
		running.Go(func() { run(uint32(id), n) })
	}
	running.Wait()
}

// BenchmarkPipeline is the same with many requests of a group under way.
func BenchmarkPipeline(b *testing.B) {
	for name, groups := range map[string]int{"groups=1": 1, "groups=64": 64} {
		b.Run(name, func(b *testing.B) {
			one, calls := benchPair(b, groups)
			measure(b, calls, func() {
				eachGroup(b, groups, func(id uint32, n int) { pipeline(b, one.Group(id), n) })
			})
		})
	}
}

func pipeline(b *testing.B, g *transport.Group, n int) {
	p, err := g.AppendEntriesPipeline("2", "2")
	if err != nil {
		b.Error(err)
		return
	}
	var running sync.WaitGroup
	running.Go(func() {
		for range n {
			if err := (<-p.Consumer()).Error(); err != nil {
				b.Error(err)
			}
		}
	})
	r := tenEntries(2)
	for range n {
		if _, err := p.AppendEntries(r, new(raft.AppendEntriesResponse)); err != nil {
			b.Error(err)
		}
	}
	running.Wait()
	_ = p.Close()
}

// BenchmarkHeartbeats is what 1024 idle groups cost for each heartbeat, when
// many are due at once.
func BenchmarkHeartbeats(b *testing.B) {
	const groups = 1024
	one, calls := benchPair(b, groups)
	var resp [groups]raft.AppendEntriesResponse
	eachGroup(b, groups, func(id uint32, _ int) { // the first one goes to the main loop
		_ = one.Group(id).AppendEntries("2", "2", beat("1", 1), &resp[id])
	})
	measure(b, calls, func() {
		eachGroup(b, groups, func(id uint32, n int) {
			g, r := one.Group(id), beat("1", 1)
			for range n {
				if err := g.AppendEntries("2", "2", r, &resp[id]); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkCall is a small call from several goroutines.
func BenchmarkCall(b *testing.B) {
	one, calls := benchPair(b, 0)
	for name, callers := range map[string]int{"callers=1": 1, "callers=64": 64} {
		b.Run(name, func(b *testing.B) {
			payload := make([]byte, 256)
			measure(b, calls, func() {
				eachGroup(b, callers, func(_ uint32, n int) {
					for range n {
						if _, err := one.Call(b.Context(), "2", echo, payload); err != nil {
							b.Error(err)
						}
					}
				})
			})
		})
	}
}
