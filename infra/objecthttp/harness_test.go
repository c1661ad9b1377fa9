package objecthttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"testing"
	"time"

	"ursula/core/bucket"
	"ursula/core/bucket/dirbucket"
	"ursula/core/bucket/peerbucket"
	"ursula/core/vfs/faultfs"
	"ursula/infra/objecthttp"
)

var _ peerbucket.Remote = (*objecthttp.Client)(nil)

const idle = 10 * time.Second

// pipes is a listener whose connections are pipes in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// server is a served bucket.
type server struct {
	*pipes
	local *dirbucket.Bucket
	disk  *faultfs.FS
}

func serve(t *testing.T, o objecthttp.ServerOptions) *server {
	t.Helper()
	s := &server{pipes: newPipes(), disk: faultfs.New()}
	var err error
	if s.local, err = dirbucket.Open(dirbucket.Options{FS: s.disk, Dir: "cold"}); err != nil {
		t.Fatal(err)
	}
	o.Bucket, o.Idle = s.local, idle
	http := objecthttp.NewServer(o)
	done := make(chan error, 1)
	go func() { done <- http.Serve(s.pipes) }()
	t.Cleanup(func() {
		if err := errors.Join(http.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
	return s
}

func client(t *testing.T, dial func(context.Context, string) (net.Conn, error)) *objecthttp.Client {
	c := objecthttp.NewClient(objecthttp.ClientOptions{Dial: dial, Idle: idle})
	t.Cleanup(c.Close)
	return c
}

func put(t *testing.T, c *objecthttp.Client, key, content string) error {
	t.Helper()
	return c.Put(t.Context(), "2", key, int64(len(content)), bytes.NewReader([]byte(content)))
}

// holds says whether a bucket has an object with this content.
func holds(t *testing.T, b bucket.Bucket, key, content string) bool {
	t.Helper()
	dst := make([]byte, len(content))
	object, err := b.Stat(t.Context(), key)
	if err != nil || object.Size != int64(len(content)) {
		return false
	}
	if _, err := b.Get(t.Context(), key, dst, 0); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return string(dst) == content
}

// atPeer is the bucket of one peer, as a bucket.Bucket.
type atPeer struct {
	*objecthttp.Client
	local bucket.Bucket // for List, which peers are never asked
}

func (a atPeer) Put(ctx context.Context, key string, parts ...[]byte) error {
	content := bytes.Join(parts, nil)
	return a.Client.Put(ctx, "2", key, int64(len(content)), bytes.NewReader(content))
}

func (a atPeer) Get(ctx context.Context, key string, dst []byte, offset int64) (int, error) {
	return a.Client.Get(ctx, "2", key, dst, offset)
}

func (a atPeer) Stat(ctx context.Context, key string) (bucket.Object, error) {
	return a.Client.Stat(ctx, "2", key)
}

func (a atPeer) Delete(ctx context.Context, key string) error { return a.Client.Delete(ctx, "2", key) }

func (a atPeer) List(ctx context.Context, prefix string) iter.Seq2[bucket.Object, error] {
	return a.local.List(ctx, prefix)
}
