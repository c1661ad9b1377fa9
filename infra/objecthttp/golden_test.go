package objecthttp_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/infra/objecthttp"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden file")

// TestTheWireIsPinned holds one exchange of each kind to the golden file. Nodes
// of two versions talk to each other during an upgrade: if this fails, serve
// both, under another root.
func TestTheWireIsPinned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where the Date is always the same
		s := serve(t, objecthttp.ServerOptions{})
		got := new(strings.Builder)
		for _, exchange := range exchanges() {
			wire := &recorder{}
			c := client(t, func(ctx context.Context, peer string) (net.Conn, error) {
				conn, err := s.dial(ctx, peer)
				return recorded{conn, wire}, err
			})
			err := exchange.call(t, c)
			c.Close()
			synctest.Wait()
			fmt.Fprintf(got, "## %s: %v\n%s\n", exchange.name, err, wire)
		}
		compare(t, "testdata/exchanges.v1.txt", got.String())
	})
}

type exchange struct {
	name string
	call func(*testing.T, *objecthttp.Client) error
}

func exchanges() []exchange {
	const key = "g00001/0000000100000000.seg"
	get := func(offset int64) func(*testing.T, *objecthttp.Client) error {
		return func(t *testing.T, c *objecthttp.Client) error {
			_, err := c.Get(t.Context(), "2", key, make([]byte, 4), offset)
			return err
		}
	}
	stat := func(t *testing.T, c *objecthttp.Client) error {
		_, err := c.Stat(t.Context(), "2", key)
		return err
	}
	return []exchange{
		{"put", func(t *testing.T, c *objecthttp.Client) error { return put(t, c, key, "content") }},
		{"get", get(1)},
		{"get beyond the end", get(7)},
		{"stat", stat},
		{"delete", func(t *testing.T, c *objecthttp.Client) error { return c.Delete(t.Context(), "2", key) }},
		{"get a missing object", get(1)},
		{"stat a missing object", stat},
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs: see the diff after -rewrite", file)
	}
}

// recorder keeps what went over a connection.
type recorder struct {
	mu             sync.Mutex
	sent, received bytes.Buffer
}

// String is the lines of both directions.
func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := new(strings.Builder)
	for line := range strings.Lines(r.sent.String()) {
		fmt.Fprintf(b, "> %q\n", line)
	}
	for line := range strings.Lines(r.received.String()) {
		fmt.Fprintf(b, "< %q\n", line)
	}
	return b.String()
}

type recorded struct {
	net.Conn
	recorder *recorder
}

func (c recorded) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.recorder.received.Write(p[:n])
	return n, err
}

// Write notes the bytes first: the answer may be quicker than its return.
func (c recorded) Write(p []byte) (int, error) {
	c.recorder.mu.Lock()
	c.recorder.sent.Write(p)
	c.recorder.mu.Unlock()
	return c.Conn.Write(p)
}
