package objecthttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"ursula/core/bucket"
	"ursula/core/bucket/buckettest"
	"ursula/core/bucket/peerbucket"
	"ursula/core/vfs/faultfs"
	"ursula/infra/objecthttp"
)

// TestAPeerIsABucket runs the port's suite against one peer.
func TestAPeerIsABucket(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		s := serve(t, objecthttp.ServerOptions{})
		return atPeer{client(t, s.dial), s.local}
	})
}

// TestThreeNodes puts at one node and reads at another that has no copy.
func TestThreeNodes(t *testing.T) {
	nodes := map[string]*server{}
	for _, id := range []string{"1", "2", "3"} {
		nodes[id] = serve(t, objecthttp.ServerOptions{})
	}
	remote := client(t, func(ctx context.Context, peer string) (net.Conn, error) { return nodes[peer].dial(ctx, peer) })
	at := func(id string, peers ...string) *peerbucket.Bucket {
		b := peerbucket.New(peerbucket.Options{Local: nodes[id].local, Remote: remote, Peers: func() []string { return peers }})
		t.Cleanup(b.Close)
		return b
	}
	first, second, content := at("1", "2"), at("3", "1", "2"), strings.Repeat("0123456789", 300_000)
	if err := first.Put(t.Context(), "g00001/a.seg", []byte(content)); err != nil {
		t.Fatal(err)
	}
	if !holds(t, nodes["2"].local, "g00001/a.seg", content) || holds(t, nodes["3"].local, "g00001/a.seg", content) {
		t.Fatal("the object is not where it should be")
	}
	if !holds(t, second, "g00001/a.seg", content) {
		t.Fatal("the third node cannot read it")
	}
}

func TestRanges(t *testing.T) {
	s := serve(t, objecthttp.ServerOptions{})
	c, content := client(t, s.dial), []byte(strings.Repeat("0123456789", 100_000))
	if err := s.local.Put(t.Context(), "g/a.x", content); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		offset, length, want int
		err                  error
	}{
		{0, 1_000_000, 1_000_000, nil},
		{999_999, 1, 1, nil},
		{262_143, 262_146, 262_146, nil},
		{999_990, 20, 10, io.EOF},
		{1_000_000, 1, 0, io.EOF},
	} {
		dst := make([]byte, row.length)
		n, err := c.Get(t.Context(), "2", "g/a.x", dst, int64(row.offset))
		if n != row.want || err != row.err || !bytes.Equal(dst[:n], content[row.offset:row.offset+n]) {
			t.Errorf("%d+%d: %d bytes, %v", row.offset, row.length, n, err)
		}
	}
}

// TestRefusals is what a client that follows the rules can still run into.
func TestRefusals(t *testing.T) {
	s := serve(t, objecthttp.ServerOptions{MaxObject: 10})
	c := client(t, s.dial)
	if err := put(t, c, "g/a.x", "ten bytes."); err != nil {
		t.Fatal(err)
	}
	for when, row := range map[string]struct {
		err  error
		want int
	}{
		"too large":          {put(t, c, "g/b.x", "eleven byte"), 413},
		"longer than stated": {c.Put(t.Context(), "2", "g/b.x", 3, strings.NewReader("four")), 400},
		"shorter":            {c.Put(t.Context(), "2", "g/b.x", 5, strings.NewReader("four")), 400},
		"full disk":          {full(s, func() error { return put(t, c, "g/b.x", "four") }), 500},
	} {
		var status *objecthttp.StatusError
		if !errors.As(row.err, &status) || status.Code != row.want {
			t.Errorf("%s: %v, want %d", when, row.err, row.want)
		}
	}
	if holds(t, s.local, "g/b.x", "four") {
		t.Error("a refused object is there")
	}
}

func full(s *server, f func() error) error {
	s.disk.SetFree(0)
	defer s.disk.SetFree(-1)
	return f()
}

// TestAFailingReaderLeavesNothing has the sender's own read fail half way.
func TestAFailingReaderLeavesNothing(t *testing.T) {
	s := serve(t, objecthttp.ServerOptions{})
	broken := errors.New("cannot read")
	r := io.MultiReader(strings.NewReader(strings.Repeat("a", 500_000)), failing{broken})
	if err := client(t, s.dial).Put(t.Context(), "2", "g/a.x", 1_000_000, r); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if _, err := s.local.Stat(t.Context(), "g/a.x"); !errors.Is(err, bucket.ErrNotFound) {
		t.Fatal(err)
	}
}

// TestAFailingDiskLeavesNothing has the peer's disk fail half way through a read.
func TestAFailingDiskLeavesNothing(t *testing.T) {
	s := serve(t, objecthttp.ServerOptions{})
	if err := s.local.Put(t.Context(), "g/a.x", make([]byte, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	s.disk.Inject(faultfs.Rule{Op: faultfs.OpRead, Nth: 3, Err: errors.New("bad sector")})
	n, err := client(t, s.dial).Get(t.Context(), "2", "g/a.x", make([]byte, 1_000_000), 0)
	if n != 0 || !errors.Is(err, objecthttp.ErrDigest) {
		t.Fatalf("%d bytes, %v", n, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestAPeerThatCannotBeReached keeps the dialer's error.
func TestAPeerThatCannotBeReached(t *testing.T) {
	down := errors.New("down")
	c := client(t, func(context.Context, string) (net.Conn, error) { return nil, down })
	_, got := c.Get(t.Context(), "2", "g/a.x", make([]byte, 1), 0)
	_, stated := c.Stat(t.Context(), "2", "g/a.x")
	for i, err := range []error{got, stated, put(t, c, "g/a.x", "a"), c.Delete(t.Context(), "2", "g/a.x")} {
		if !errors.Is(err, down) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

// TestPeersAreDialledByTheirId has ids with every kind of character.
func TestPeersAreDialledByTheirId(t *testing.T) {
	for _, id := range []string{"1", "node-2", "Node_3", "07"} {
		c := client(t, func(_ context.Context, peer string) (net.Conn, error) { return nil, fmt.Errorf("dialled %s.", peer) })
		if err := c.Delete(t.Context(), id, "g/a.x"); err == nil || !strings.Contains(err.Error(), "dialled "+id+".") {
			t.Errorf("%s: %v", id, err)
		}
	}
}
