package chaos

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"ursula/integration/chaos/clients"
	"ursula/integration/chaos/nemesis"
	"ursula/integration/cluster"
	"ursula/integration/linear"
	"ursula/integration/wire"
)

// TestDigestsBite lets one node remember another byte than the others. Its disk says
// that nothing is wrong, and who reads elsewhere sees nothing.
func TestDigestsBite(t *testing.T) {
	c := cluster.Start(t, cluster.Config{Args: serveFlags()})
	ctx, cancel := context.WithTimeout(t.Context(), healing)
	defer cancel()
	client := wire.New(c.Node(1).URL())
	if reply, err := client.Create(ctx, "bitten", []byte("the same everywhere")); err != nil || !reply.OK() {
		t.Fatal(reply, err)
	}
	if err := c.CompareReplicas(ctx); err != nil {
		t.Fatal(err)
	}
	odd := c.Node(3)
	odd.Kill()
	tamper(t, filepath.Join(odd.Dir(), "journal"), []byte("the same everywhere"))
	odd.Restart()
	if err := c.CompareReplicas(ctx); !errors.Is(err, cluster.ErrDiverged) {
		t.Errorf("a node that has another byte is compared: %v", err)
	}
}

// TestLifetimesBite has a server expire a stream too early, by a clock of which the
// judge is not told. Told of it, he finds no fault.
func TestLifetimesBite(t *testing.T) {
	const ahead, ttl = 2 * time.Hour, time.Hour // and not how long a start takes
	c := cluster.Start(t, cluster.Config{Alone: true, Args: serveFlags()})
	client, begin := wire.New(c.Node(1).URL()), time.Now()
	create := linear.Op{Stream: "s", Kind: linear.Create, Outcome: linear.OK, TTL: ttl}
	if reply, err := client.Create(t.Context(), "s", nil, wire.TTL(ttl)); err != nil || !reply.OK() {
		t.Fatal(reply, err)
	}
	create.Returned = time.Since(begin)
	c.Node(1).Kill()
	c.Node(1).Skew(ahead)
	c.Node(1).Restart()
	head := linear.Op{Stream: "s", Kind: linear.Head, Outcome: linear.Absent, Invoked: time.Since(begin)}
	if reply, err := client.Head(t.Context(), "s"); err != nil || !reply.Gone() {
		t.Fatal(reply, err)
	}
	head.Returned = time.Since(begin)
	h := &linear.History{Ops: []linear.Op{create, head}}
	if faults := linear.Judge(h, search).Faults; len(faults) != 1 || faults[0].Breach != linear.Vanished {
		t.Errorf("a stream that is gone %v after it was made, for %v: %v", head.Returned, ttl, faults)
	}
	h.Skew = ahead
	if faults := linear.Judge(h, search).Faults; len(faults) > 0 {
		t.Errorf("with clocks that differ by %v: %v", ahead, faults)
	}
}

// TestHistoriesBite kills a node that keeps nothing. What clients saw must convict it.
func TestHistoriesBite(t *testing.T) {
	c := cluster.Start(t, cluster.Config{Alone: true, Args: append(serveFlags(), "--engine", "memory")})
	crowd := clients.New(1, c.URLs(), 0)
	ctx, cancel := context.WithTimeout(t.Context(), healing)
	defer cancel()
	if err := crowd.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	timeline := nemesis.Timeline{{From: time.Second, To: 1100 * time.Millisecond, Fault: nemesis.Kill, Node: 1}}
	if _, err := suffer(ctx, c, crowd, timeline); err != nil {
		t.Fatal(err)
	}
	c.Recover()
	breaches := map[linear.Breach]int{}
	for breaches[linear.NotLinear] < 3 && ctx.Err() == nil { // until they have looked at what is left
		work, stop := context.WithTimeout(ctx, time.Second)
		crowd.Run(work)
		stop()
		h, surprises := crowd.History()
		clear(breaches)
		for _, fault := range linear.Judge(h, search).Faults {
			breaches[fault.Breach]++
		}
		t.Logf("breaches %v, %d surprises", breaches, len(surprises))
	}
	if breaches[linear.NotLinear] < 3 {
		t.Errorf("a server that forgets everything is found guilty of %v only", breaches)
	}
}
