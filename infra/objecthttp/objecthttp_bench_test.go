package objecthttp_test

import (
	"bytes"
	"context"
	"net"
	"testing"

	"ursula/core/bucket/dirbucket"
	"ursula/core/vfs"
	"ursula/infra/objecthttp"
)

const benchObject = 8 << 20

// BenchmarkPut sends 8 MiB over loopback TCP and makes them durable on a disk.
func BenchmarkPut(b *testing.B) {
	c, content := loopback(b), make([]byte, benchObject)
	for b.Loop() {
		if err := c.Put(b.Context(), "2", "g/a.x", benchObject, bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGet reads 8 MiB back.
func BenchmarkGet(b *testing.B) {
	c, content := loopback(b), make([]byte, benchObject)
	if err := c.Put(b.Context(), "2", "g/a.x", benchObject, bytes.NewReader(content)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Get(b.Context(), "2", "g/a.x", content, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func loopback(b *testing.B) *objecthttp.Client {
	local, err := dirbucket.Open(dirbucket.Options{FS: vfs.OS{}, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(local.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := objecthttp.NewServer(objecthttp.ServerOptions{Bucket: local})
	go s.Serve(listener)
	b.Cleanup(func() { s.Close() })
	c := objecthttp.NewClient(objecthttp.ClientOptions{Dial: func(ctx context.Context, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
	}})
	b.Cleanup(c.Close)
	b.SetBytes(benchObject)
	b.ReportAllocs()
	return c
}
