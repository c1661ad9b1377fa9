package admin_test

import (
	"context"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"ursula/control/admin"
	"ursula/control/admin/admintest"
)

// replica is a group on one node. It applies an entry whenever it is asked, as if
// writes went on, unless it is still.
type replica struct {
	applied atomic.Uint64
	still   bool
	sum     string
}

func (r *replica) digest(_ context.Context, _ uint32, from uint64, _ time.Duration) (admin.Digest, error) {
	if r.still {
		return admin.Digest{Applied: r.applied.Load(), SHA256: r.sum}, nil
	}
	r.applied.Store(max(from, r.applied.Load()+1))
	return admin.Digest{Applied: r.applied.Load(), SHA256: r.sum}, nil
}

func (r *replica) client(t *testing.T) *admin.Client {
	server := httptest.NewServer(admin.New(admintest.New(1, 1), admin.Options{Node: "1", Digest: r.digest}))
	t.Cleanup(server.Close)
	c := client(t, server.URL)
	c.Pause = time.Millisecond
	return c
}

func TestReplicasAreComparedAtOneIndex(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	nobody := client(t, gone.URL)
	nobody.Pause = time.Millisecond
	for name, c := range map[string]struct {
		one, other *replica
		ahead      uint64
		without    bool
		want       admin.Verdict
	}{
		"writes go on":     {&replica{sum: "a"}, &replica{sum: "a"}, 30, false, admin.Agree},
		"a difference":     {&replica{sum: "a"}, &replica{sum: "b"}, 30, false, admin.Differ},
		"one stays behind": {&replica{sum: "a", still: true}, &replica{sum: "b"}, 30, false, admin.Undecided},
		"one is away":      {&replica{sum: "a"}, &replica{sum: "a"}, 0, true, admin.Undecided},
	} {
		t.Run(name, func(t *testing.T) {
			c.other.applied.Store(c.ahead)
			nodes := []*admin.Client{c.one.client(t), c.other.client(t)}
			if c.without {
				nodes[1] = nobody
			}
			ctx := t.Context()
			if c.want == admin.Undecided { // it would go on for ever
				short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
				defer cancel()
				ctx = short
			}
			got := admin.Verify(ctx, 0, nodes)
			if got.Verdict != c.want || (got.Why == "") != (c.want != admin.Undecided) {
				t.Errorf("%v", got)
			}
		})
	}
}
