package gather_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"ursula/core/protocol/gather"
)

// pieces are of sizes around net/http's buffers, and far beyond.
func pieces(random *rand.Rand) (all [][]byte) {
	for range random.IntN(12) {
		size := []int{0, 1, 100, 2047, 2048, 2049, 4095, 4096, 4097, 70_000}[random.IntN(10)]
		piece := make([]byte, size)
		for i := range piece {
			piece[i] = byte(random.Int())
		}
		all = append(all, piece)
	}
	return all
}

// Whatever the pieces, with or without a known length, the client gets their
// bytes in order, also over one connection that is used again.
func TestSend(t *testing.T) {
	type answer struct {
		pieces [][]byte
		length bool
	}
	answers := make(chan answer, 1)
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := <-answers
		if a.length {
			w.Header().Set("Content-Length", fmt.Sprint(len(bytes.Join(a.pieces, nil))))
		}
		c := gather.Of(r)
		if c == nil {
			t.Error("the connection was not found")
		}
		if err := c.Send(w, a.pieces); err != nil {
			t.Error(err)
		}
		for _, piece := range a.pieces {
			clear(piece) // Send has returned: nobody may look any more
		}
	}))
	ts.Listener = gather.Listener(ts.Listener)
	ts.Config.ConnContext = gather.Context
	ts.Start()
	defer ts.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		a := answer{pieces(random), i%2 == 0}
		want := bytes.Join(a.pieces, nil)
		answers <- a
		if got := get(t, ts); !bytes.Equal(got, want) {
			t.Fatalf("round %d: %d bytes, want %d", i, len(got), len(want))
		}
	}
}

func get(t *testing.T, ts *httptest.Server) []byte {
	t.Helper()
	res, err := ts.Client().Get(ts.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Requests that share an HTTP/2 connection write to it as they always did.
func TestHTTP2IsNotHeldBack(t *testing.T) {
	page := bytes.Repeat([]byte("0123456789"), 30_000)
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 || gather.Of(r) != nil {
			t.Errorf("%s is held back: %v", r.Proto, gather.Of(r) != nil)
		}
		_ = gather.Of(r).Send(w, [][]byte{page[:70_000], page[70_000:]})
	}))
	ts.Listener = gather.Listener(ts.Listener)
	ts.Config.ConnContext = gather.Context
	ts.Config.Protocols = unencryptedHTTP2()
	ts.Start()
	defer ts.Close()
	ts.Client().Transport = &http.Transport{Protocols: unencryptedHTTP2()}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if got := get(t, ts); !bytes.Equal(got, page) {
				t.Errorf("%d bytes, want %d", len(got), len(page))
			}
		})
	}
	readers.Wait()
}

func unencryptedHTTP2() *http.Protocols {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return p
}

func TestNilConnWrites(t *testing.T) {
	var b bytes.Buffer
	var c *gather.Conn
	if err := c.Send(&b, [][]byte{[]byte("a"), []byte("b")}); err != nil || b.String() != "ab" {
		t.Errorf("wrote %q: %v", b.String(), err)
	}
}

// What Send held goes out before what is written afterwards.
func TestSendKeepsOrder(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	conn, err := gather.Listener(single{server}).Accept()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer server.Close()
		_ = conn.(*gather.Conn).Send(conn, [][]byte{[]byte("one"), []byte("two")})
		_, _ = conn.Write([]byte("three"))
	}()
	if got, err := io.ReadAll(client); err != nil || string(got) != "onetwothree" {
		t.Errorf("got %q: %v", got, err)
	}
}

type single struct{ conn net.Conn }

func (s single) Accept() (net.Conn, error) { return s.conn, nil }
func (s single) Close() error              { return nil }
func (s single) Addr() net.Addr            { return s.conn.LocalAddr() }
