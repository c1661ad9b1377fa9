package node

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/cold"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// The tests run in bubbles: what runs in the background is awaited with
// synctest.Wait, time passes at once, and a goroutine that is left behind by
// Close, or that waits for ever, fails the test.

// smallMarks make everything happen after some tens of kilobytes.
var smallMarks = cold.Marks{Flush: 32 << 10, Shed: 64 << 10, Reject: 4 << 20}

// small are options under which segments roll, bytes are flushed and shed, and
// groups are compacted within a short test.
func small(t *testing.T, fs *faultfs.FS, engine Engine) Options {
	return Options{
		FS: fs, Dir: "data", Engine: engine, Groups: 4, Shards: 2,
		SegmentBytes: 64 << 10, JournalBytes: 256 << 10, Marks: smallMarks,
		OnFatal: func(err error) { t.Errorf("fatal: %v", err) },
	}
}

func open(t *testing.T, o Options) *Node {
	t.Helper()
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return n
}

func closeNode(t *testing.T, n *Node) {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// onEachEngine runs a test on a new node of every engine.
func onEachEngine(t *testing.T, test func(t *testing.T, n *Node)) {
	for _, engine := range []Engine{Memory, RaftMemory, RaftWAL} {
		t.Run(string(engine), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := open(t, small(t, faultfs.New(), engine))
				test(t, n)
				closeNode(t, n)
			})
		})
	}
}

// settled lets the background work come to rest, retries included.
func settled() {
	synctest.Wait()
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

const octets, jsonType = stream.DefaultContentType, "application/json"

func creation(name stream.Name, contentType string) *stream.Command {
	return &stream.Command{Name: name, ContentType: contentType, Lifetime: stream.Forever()}
}

func mustCreate(t *testing.T, n *Node, c *stream.Command) {
	t.Helper()
	if r, err := n.Create(t.Context(), c); err != nil || !r.Created {
		t.Fatalf("create %s: %+v, %v", c.Name, r, err)
	}
}

func addition(name stream.Name, contentType string, data []byte) *stream.Command {
	return &stream.Command{Name: name, ContentType: contentType, Data: data}
}

func mustAppend(t *testing.T, n *Node, c *stream.Command) stream.Result {
	t.Helper()
	r, err := n.Append(t.Context(), c)
	if err != nil {
		t.Fatalf("append to %s: %v", c.Name, err)
	}
	return r
}

func mustDelete(t *testing.T, n *Node, name stream.Name) {
	t.Helper()
	if err := n.Delete(t.Context(), name); err != nil {
		t.Fatalf("delete %s: %v", name, err)
	}
}

func forking(name, source stream.Name, requested, sub uint64) *stream.Command {
	return &stream.Command{
		Name: name, Lifetime: stream.Forever(),
		Fork: &stream.Fork{Source: source, Requested: requested, Sub: sub},
	}
}

// readAll reads a stream page by page and checks what the pages say.
func readAll(ctx context.Context, n *Node, name stream.Name, most int) ([]byte, error) {
	var content []byte
	for {
		page, err := n.Read(ctx, name, store.ReadRequest{From: uint64(len(content)), Max: most})
		if err != nil {
			return content, err
		}
		before := len(content)
		for _, part := range page.Parts {
			content = append(content, part...)
		}
		next, tail := page.Next, page.AtTail
		page.Release()
		switch {
		case next != uint64(len(content)):
			return content, fmt.Errorf("page to %d holds bytes to %d", next, len(content))
		case tail:
			return content, nil
		case len(content) == before:
			return content, errors.New("page without progress")
		}
	}
}

func wantContent(t *testing.T, n *Node, name stream.Name, want string) {
	t.Helper()
	for _, most := range []int{1 << 20, 5000} {
		got, err := readAll(t.Context(), n, name, most)
		if err != nil || string(got) != want {
			t.Fatalf("%s in pages of %d: %v, %d bytes, want %d", name, most, err, len(got), len(want))
		}
	}
}

// inGroup returns a name with the prefix that lies in a group.
func inGroup(n *Node, group uint32, prefix string) stream.Name {
	for i := 0; ; i++ {
		if name := stream.Name(fmt.Sprintf("v1/%s%d", prefix, i)); n.table.Group(name) == group {
			return name
		}
	}
}

// filler is n bytes that differ from place to place.
func filler(seed, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + (seed*31+i*7+i/253)%26)
	}
	return b
}

// wantEmpty checks that nothing is left of all that was: no streams, public or
// not, no references to give back, no garbage, no objects, no memory.
func wantEmpty(t *testing.T, n *Node) {
	t.Helper()
	settled()
	for _, g := range n.groups {
		g.engine.Replica().View(func(m *stream.Machine) {
			if u := m.Usage(); u != (stream.Usage{}) || m.Unsettled() || len(m.Garbage()) > 0 {
				t.Errorf("group %d still has %+v, unsettled %v, garbage %v", g.id, u, m.Unsettled(), m.Garbage())
			}
		})
	}
	for object, err := range n.objects.List(t.Context(), "") {
		t.Errorf("left in the cold store: %s, %v", object.Key, err)
	}
	if hot := n.budget.Hot(); hot != 0 {
		t.Errorf("%d hot bytes are accounted for", hot)
	}
	if arriving := n.arriving.Load(); arriving != 0 {
		t.Errorf("%d arriving bytes are accounted for", arriving)
	}
}
