package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// tcpPair starts two nodes on TCP that are connected.
func tcpPair(t *testing.T, changes ...option) (one, two *node) {
	one, two = onTCP(t, "1", changes...), onTCP(t, "2", changes...)
	acquaint(one, two)
	await(t, true, one, two)
	return one, two
}

func TestAStreamReachesItsService(t *testing.T) {
	one, two := tcpPair(t)
	l := two.Service("copy")
	accepted := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			accepted <- c
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}
	}()
	s, err := one.Open(t.Context(), "2", "copy")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = s.Write(make([]byte, 1<<20)) }()
	if n, err := io.CopyN(io.Discard, s, 1<<20); err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	_ = s.Close()
	if here, there := s.RemoteAddr().String(), within(t, accepted).RemoteAddr().String(); here != "2" || there != "1" {
		t.Errorf("between %q and %q", here, there)
	}
}

func TestAServiceThatIsNotThere(t *testing.T) {
	one, two := tcpPair(t)
	if _, err := one.Open(t.Context(), "2", "copy"); !errors.Is(err, transport.ErrRefused) || !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("never: %v", err)
	}
	l := two.Service("copy")
	for range 64 {
		if _, err := one.Open(t.Context(), "2", "copy"); err != nil {
			t.Fatal(err)
		}
	}
	awaitBusy(t, one)
	if _, err := two.Service("copy").Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a second listener: %v", err)
	}
	_ = l.Close()
	if _, err := one.Open(t.Context(), "2", "copy"); !errors.Is(err, transport.ErrRefused) {
		t.Errorf("no longer: %v", err)
	}
	_ = two.Close()
	if _, err := two.Service("copy").Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// awaitBusy opens streams that nobody accepts until one is refused: the last of
// them may still be on its way into the queue.
func awaitBusy(t *testing.T, one *node) {
	for {
		if _, err := one.Open(t.Context(), "2", "copy"); errors.Is(err, transport.ErrBusy) {
			return
		}
	}
}

// installing answers one snapshot request like Raft's main loop.
func installing(g *transport.Group) <-chan []byte { return reading(g, io.ReadAll) }

// reading is the same with a content that is read in some way.
func reading(g *transport.Group, read func(io.Reader) ([]byte, error)) <-chan []byte {
	content := make(chan []byte, 1)
	go func() {
		rpc := <-g.Consumer()
		b, err := read(rpc.Reader)
		content <- b
		if err == nil && int64(len(b)) < rpc.Command.(*raft.InstallSnapshotRequest).Size {
			err = io.ErrUnexpectedEOF
		}
		rpc.Respond(&raft.InstallSnapshotResponse{Term: 4, Success: err == nil}, err)
	}()
	return content
}

func install(n *node, size int64, data io.Reader) (raft.InstallSnapshotResponse, error) {
	args := &raft.InstallSnapshotRequest{RPCHeader: header(n.id), SnapshotVersion: 1, Term: 4, Size: size}
	var resp raft.InstallSnapshotResponse
	err := n.Group(7).InstallSnapshot("2", "2", args, &resp, data)
	return resp, err
}

// TestASnapshotIsInstalledWhileTheLogGoesOn has the log go on while more of a snapshot
// is under way than all buffers hold, and then while that moves.
func TestASnapshotIsInstalledWhileTheLogGoesOn(t *testing.T) {
	one, two := tcpPair(t)
	data := bytes.Repeat([]byte("snapshot"), 8<<20) // 64 MiB
	half, goOn := make(chan struct{}), make(chan struct{})
	content := reading(two.Group(7), func(r io.Reader) ([]byte, error) {
		first := make([]byte, len(data)/2)
		_, err := io.ReadFull(r, first)
		close(half)
		<-goOn
		rest, restErr := io.ReadAll(r)
		return append(first, rest...), errors.Join(err, restErr)
	})
	followUntilTheEnd(t, two.Group(8))
	done := make(chan error, 1)
	go func() {
		resp, err := install(one, int64(len(data)), bytes.NewReader(data))
		if err == nil && (!resp.Success || resp.Term != 4) {
			err = errors.New("not installed")
		}
		done <- err
	}()
	within(t, half)
	for logged := 0; len(done) == 0; logged++ {
		if err := one.Group(8).AppendEntries("2", "2", entries("1", 2), &raft.AppendEntriesResponse{}); err != nil {
			t.Fatal(err)
		}
		if logged == 10 {
			close(goOn)
		}
	}
	if err := <-done; err != nil || !bytes.Equal(within(t, content), data) {
		t.Errorf("another content, or %v", err)
	}
}

var errDisk = errors.New("disk")

func TestASnapshotThatBreaksOff(t *testing.T) {
	one, two := tcpPair(t)
	content := installing(two.Group(7))
	half := io.MultiReader(bytes.NewReader(make([]byte, 32<<20)), failingReader{errDisk})
	if _, err := install(one, 64<<20, half); !errors.Is(err, errDisk) {
		t.Error(err)
	}
	if n := len(within(t, content)); n != 32<<20 {
		t.Errorf("%d bytes arrived", n)
	}
	content = installing(two.Group(7))
	if _, err := install(one, 2, bytes.NewReader([]byte("x"))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("shorter than it said: %v", err)
	}
	within(t, content)
	content = installing(two.Group(7))
	if _, err := install(one, 1<<20, bytes.NewReader(make([]byte, 1<<20))); err != nil {
		t.Errorf("the next one: %v", err)
	}
	within(t, content)
	sent, received := one.Snapshots(), two.Snapshots()
	if sent != (transport.SnapshotStats{Sent: 1}) || received != (transport.SnapshotStats{Received: 1}) {
		t.Errorf("counted %+v, and there %+v", sent, received)
	}
}

func TestASnapshotWhosePeerGoesAway(t *testing.T) {
	one, two := tcpPair(t)
	content := installing(two.Group(7))
	gone := readerFunc(func(b []byte) (int, error) {
		one.SetPeers(nil)
		return len(b), nil
	})
	if _, err := install(one, 64<<20, gone); err == nil {
		t.Error("installed")
	}
	within(t, content)
}

// TestASnapshotThatNobodyReads: Raft's main loop may be stuck for long, and the
// sender must not be for longer than it is patient.
func TestASnapshotThatNobodyReads(t *testing.T) {
	one, two := tcpPair(t, func(o *transport.Options) { o.SnapshotIdle = 100 * time.Millisecond })
	two.Group(7)
	if _, err := install(one, 64<<20, bytes.NewReader(make([]byte, 64<<20))); err == nil {
		t.Error("installed")
	}
}

// TestASnapshotThatNobodyCanTake: Raft's main loop may have much to do, or the peer be
// none.
func TestASnapshotThatNobodyCanTake(t *testing.T) {
	one, two := tcpPair(t)
	g := two.Group(7)
	for g.Inject(raft.RPC{}) {
	}
	if _, err := install(one, 1, bytes.NewReader([]byte("x"))); !errors.Is(err, transport.ErrBusy) {
		t.Errorf("a full queue: %v", err)
	}
	if _, err := one.Open(t.Context(), "3", "x"); !errors.Is(err, transport.ErrUnreachable) {
		t.Error(err)
	}
}

func TestOpenEndsWithItsContext(t *testing.T) {
	one, _ := tcpPair(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := one.Open(ctx, "2", "x"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

type failingReader struct{ err error }

// Read implements io.Reader.
func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

type readerFunc func([]byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
