package node

import (
	"testing"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/trace/tracetest"
)

// follow has all nodes of a cluster follow requests.
func follow(r *tracetest.Recorder) func(*trio) {
	return func(c *trio) {
		c.tune = func(o *Options) { o.Tracer = r }
	}
}

// One trace follows an append from the node that has the client through the hop
// to the leader, its entry, the journal, a majority and the replica, to those who
// wait for it.
func TestAnAppendIsFollowedThroughTheCluster(t *testing.T) {
	var r tracetest.Recorder
	onTrio(t, follow(&r), func(t *testing.T, c *trio) {
		name := numbered(1)
		mustCreate(t, c.peers[0].Node, creation(name, octets))
		leader, others := c.leads(name)
		ctx, request := r.Request(t.Context(), "")
		if _, err := others[0].Append(ctx, addition(name, octets, []byte("hello"))); err != nil {
			t.Fatal(err)
		}
		request.End(time.Now(), nil)
		settled()
		const want = `request
  forward/propose
    forward/propose
      propose
        queue
        journal
        quorum
        apply
        notify
`
		if got := r.Tree(); got != want {
			t.Errorf("followed:\n%swant:\n%s", got, want)
		}
		if !r.Ordered("queue", "journal", "quorum", "apply", "notify") {
			t.Error("the stages overlap")
		}
		if quorum := r.Named("quorum")[0]; !quorum.Ended.After(quorum.Began) {
			t.Error("a majority took no time, and is over a network")
		}
		if to := r.Named("forward/propose")[0].Attributes["ursula.peer"].Text; to != leader.id {
			t.Errorf("forwarded to %s, and %s leads", to, leader.id)
		}
	})
}

// What the leader does for its own client, and what a read waits for.
func TestFollowedOnTheLeader(t *testing.T) {
	var r tracetest.Recorder
	onTrio(t, follow(&r), func(t *testing.T, c *trio) {
		name := numbered(1)
		mustCreate(t, c.peers[0].Node, creation(name, octets))
		leader, others := c.leads(name)
		ctx, _ := r.Request(t.Context(), "")
		if _, err := leader.Append(ctx, addition(name, octets, []byte("hello"))); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*peer{leader, others[0]} {
			if _, err := p.Head(ctx, name); err != nil {
				t.Fatal(err)
			}
		}
		if content, err := readAll(ctx, others[0].Node, name, 100); err != nil || string(content) != "hello" {
			t.Fatalf("read %q, %v", content, err)
		}
		const want = `request ...
  propose
    queue
    journal
    quorum
    apply
    notify
  confirm
  confirm
  confirm
`
		if got := r.Tree(); got != want {
			t.Errorf("followed:\n%swant:\n%s", got, want)
		}
	})
}

// A fork that another node drives is followed there, with what it proposes to
// the groups of source and fork in turn.
func TestADriveIsFollowed(t *testing.T) {
	var r tracetest.Recorder
	onTrio(t, follow(&r), func(t *testing.T, c *trio) {
		n := c.peers[0].Node
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		c.move(source, c.peers[1])
		c.move(fork, c.peers[2])
		mustCreate(t, n, creation(source, octets))
		ctx, _ := r.Request(t.Context(), "")
		if _, err := n.Create(ctx, forking(fork, source, store.CurrentTail, 0)); err != nil {
			t.Fatal(err)
		}
		drives := r.Named("forward/drive")
		if len(drives) != 2 || drives[0].Remote || !drives[1].Remote {
			t.Fatalf("driven %d times:\n%s", len(drives), r.Tree())
		}
		if trace := drives[0].Context().Trace; drives[1].Context().Trace != trace {
			t.Errorf("the drive is in another trace:\n%s", r.Tree())
		}
		if calls := r.Named("forward/propose"); len(calls) < 4 { // two proposals leave the node that they came to
			t.Errorf("followed:\n%s", r.Tree())
		}
		mustDelete(t, n, fork)
		mustDelete(t, n, source)
	})
}
