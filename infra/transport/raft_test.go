package transport_test

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// tape is a state machine that remembers what it was given.
type tape struct {
	mu      sync.Mutex
	entries []string
	applied chan struct{} // an element for each entry
}

// Apply implements raft.FSM.
func (m *tape) Apply(l *raft.Log) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, string(l.Data))
	m.applied <- struct{}{}
	return nil
}

func (m *tape) read() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

// Snapshot implements raft.FSM.
func (m *tape) Snapshot() (raft.FSMSnapshot, error) { return nil, fmt.Errorf("not asked for") }

// Restore implements raft.FSM.
func (m *tape) Restore(io.ReadCloser) error { return nil }

type member struct {
	*raft.Raft
	*tape
}

// form starts a group on all nodes, in which silence is borne for so long.
func form(t *testing.T, id uint32, nodes []*node, silence time.Duration) []member {
	t.Helper()
	var members []member
	for _, n := range nodes {
		members = append(members, join(t, n.Group(id), n.id, servers(nodes), silence))
	}
	return members
}

func servers(nodes []*node) (all raft.Configuration) {
	for _, n := range nodes {
		all.Servers = append(all.Servers, raft.Server{ID: raft.ServerID(n.id), Address: raft.ServerAddress(n.id)})
	}
	return all
}

func join(t *testing.T, g *transport.Group, id string, servers raft.Configuration, silence time.Duration) member {
	t.Helper()
	c := raft.DefaultConfig()
	c.LocalID, c.Logger = raft.ServerID(id), hclog.NewNullLogger()
	c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout = silence, silence, silence
	store, snapshots := raft.NewInmemStore(), raft.NewInmemSnapshotStore()
	if err := raft.BootstrapCluster(c, store, store, snapshots, g, servers); err != nil {
		t.Fatal(err)
	}
	m := &tape{applied: make(chan struct{}, 1<<16)}
	r, err := raft.NewRaft(c, m, store, store, snapshots, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Shutdown().Error() })
	return member{r, m}
}

func leader(t *testing.T, members []member) member {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		for _, m := range members {
			if m.State() == raft.Leader {
				return m
			}
		}
		select { // any of them may be elected next
		case <-members[0].LeaderCh():
		case <-members[1].LeaderCh():
		case <-members[2].LeaderCh():
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("nobody leads")
	panic("unreachable")
}

// TestGroupsElectAndReplicateOverTCP has a leader elected that is told to stand, and no
// other: on a starved machine nobody hears from a leader for longer than Raft waits.
func TestGroupsElectAndReplicateOverTCP(t *testing.T) {
	nodes := []*node{onTCP(t, "1"), onTCP(t, "2"), onTCP(t, "3")}
	acquaint(nodes...)
	await(t, true, nodes...)
	const groups, entries = 3, 100
	var running sync.WaitGroup
	for id := range uint32(groups) {
		members := form(t, id, nodes, time.Minute)
		stand := raft.RPC{Command: &raft.TimeoutNowRequest{RPCHeader: header("2")}, RespChan: make(chan raft.RPCResponse, 1)}
		if !nodes[id].Group(id).Inject(stand) {
			t.Fatal("not told to stand")
		}
		running.Go(func() { replicate(t, id, members, entries) })
	}
	running.Wait()
}

// replicate commits entries, one of them in pieces, and checks that every member
// has applied all in order.
func replicate(t *testing.T, id uint32, members []member, entries int) {
	var want []string
	l := leader(t, members)
	for i := range entries {
		want = append(want, fmt.Sprintf("group %d entry %d", id, i))
		if i == entries/2 {
			want[i] += string(make([]byte, 1<<20))
		}
		if err := l.Raft.Apply([]byte(want[i]), 10*time.Second).Error(); err != nil {
			t.Errorf("entry %d: %v", i, err)
			return
		}
	}
	for _, m := range members {
		for range entries {
			within(t, m.applied)
		}
		if got := m.read(); !slices.Equal(got, want) {
			t.Errorf("%d entries differ from %d", len(got), len(want))
		}
	}
}
