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

// TestHistoriesBite kills a node that keeps nothing. What clients saw must convict it.
func TestHistoriesBite(t *testing.T) {
	c := cluster.Start(t, cluster.Config{Alone: true, Args: append(serveFlags(), "--engine", "memory")})
	crowd := clients.New(1, c.URLs(), 0)
	ctx, cancel := context.WithTimeout(t.Context(), healing)
	defer cancel()
	if err := crowd.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	timeline := nemesis.Timeline{
		{From: time.Second, To: 1100 * time.Millisecond, Fault: nemesis.Kill, Node: 1},
		{From: 2 * time.Second, To: 2 * time.Second, Fault: nemesis.Pause, Node: 1},
	}
	if err := suffer(ctx, c, crowd, timeline); err != nil {
		t.Fatal(err)
	}
	h, surprises := crowd.History()
	breaches := map[linear.Breach]int{}
	for _, fault := range linear.Judge(h, search).Faults {
		breaches[fault.Breach]++
	}
	t.Logf("breaches %v, %d surprises", breaches, len(surprises))
	if breaches[linear.NotLinear] < 3 {
		t.Errorf("a server that forgets everything is found guilty of %v only", breaches)
	}
}
