package objecthttp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/objecthttp"
)

// TestAPeerThatIsSilentIsGivenUp has connections that nobody reads from.
func TestAPeerThatIsSilentIsGivenUp(t *testing.T) {
	for name, call := range map[string]func(context.Context, *objecthttp.Client) error{
		"put": func(ctx context.Context, c *objecthttp.Client) error {
			return c.Put(ctx, "2", "g/a.x", 3, strings.NewReader("abc"))
		},
		"get": func(ctx context.Context, c *objecthttp.Client) error {
			_, err := c.Get(ctx, "2", "g/a.x", make([]byte, 1), 0)
			return err
		},
		"stat": func(ctx context.Context, c *objecthttp.Client) error {
			_, err := c.Stat(ctx, "2", "g/a.x")
			return err
		},
		"delete": func(ctx context.Context, c *objecthttp.Client) error { return c.Delete(ctx, "2", "g/a.x") },
	} {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, func(context.Context, string) (net.Conn, error) {
				near, _ := net.Pipe()
				return near, nil
			})
			began := time.Now()
			if err := call(t.Context(), c); !errors.Is(err, objecthttp.ErrStalled) || time.Since(began) != idle {
				t.Errorf("%s: %v after %v", name, err, time.Since(began))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := call(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s with a deadline: %v", name, err)
			}
		})
	}
}

// TestSlowButSteady moves an object for much longer than anything may be idle.
func TestSlowButSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, objecthttp.ServerOptions{})
		content := strings.Repeat("0123456789", 200_000)
		began := time.Now()
		r := &slow{r: strings.NewReader(content)}
		if err := client(t, s.dial).Put(t.Context(), "2", "g/a.x", int64(len(content)), r); err != nil {
			t.Fatal(err)
		}
		if !holds(t, s.local, "g/a.x", content) || time.Since(began) < 3*idle {
			t.Fatalf("took %v", time.Since(began))
		}
	})
}

// slow reads 100 KB in more than half of the idle time.
type slow struct{ r io.Reader }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(idle * 6 / 10)
	return s.r.Read(p[:min(len(p), 100_000)])
}

// TestNothingIsReadAfterPutReturned has a peer refuse an object while it is read.
func TestNothingIsReadAfterPutReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := newPipes()
		r, returned := blocking{release: make(chan struct{})}, make(chan error, 1)
		c := client(t, far.dial)
		go func() { returned <- c.Put(t.Context(), "2", "g/a.x", 3, r) }()
		peer, _ := far.Accept()
		defer peer.Close()
		sent := bufio.NewReader(peer)
		if _, err := http.ReadRequest(sent); err != nil { // an answer before the request would be nobody's
			t.Fatal(err)
		}
		go io.Copy(io.Discard, sent)
		fmt.Fprint(peer, "HTTP/1.1 100 Continue\r\n\r\n")
		synctest.Wait()
		fmt.Fprint(peer, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
		time.Sleep(time.Second)
		if len(returned) > 0 {
			t.Error("Put returned while its reader was in use")
		}
		close(r.release)
		var status *objecthttp.StatusError
		if err := <-returned; !errors.As(err, &status) {
			t.Error(err)
		}
	})
}

type blocking struct{ release chan struct{} }

func (b blocking) Read([]byte) (int, error) {
	<-b.release
	return 0, io.EOF
}

// TestASlowDiskIsNotAStall stores for longer than a client may be silent: the
// server must not take that for the client's fault.
func TestASlowDiskIsNotAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, objecthttp.ServerOptions{})
		raw, _ := s.dial(t.Context(), "")
		defer raw.Close()
		s.disk.Observe(sleepOnce(2 * idle))
		go fmt.Fprint(raw, request("PUT", "g/a.x", "Object-Size: 3\r\n", "abc"))
		if got := answer(t, raw); !strings.HasPrefix(got, "HTTP/1.1 204") {
			t.Fatal(got)
		}
	})
}

// TestReceiversAreBounded lets one transfer hang and expects the next to be
// refused before any of it is sent, and to succeed once the first was given up.
func TestReceiversAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, objecthttp.ServerOptions{Receivers: 1})
		raw, _ := s.dial(t.Context(), "")
		defer raw.Close()
		began := time.Now()
		fmt.Fprint(raw, "PUT /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nObject-Size: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
		synctest.Wait()
		c, body := client(t, s.dial), bytes.NewReader([]byte("abc"))
		var status *objecthttp.StatusError
		if err := c.Put(t.Context(), "2", "g/b.x", 3, body); !errors.As(err, &status) || status.Code != 503 || body.Len() != 3 {
			t.Fatalf("%v, %d bytes not sent", err, body.Len())
		}
		time.Sleep(time.Second)
		if err := c.Put(t.Context(), "2", "g/b.x", 3, body); err != nil || time.Since(began) != idle {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
	})
}

// TestAReaderThatStopsIsGivenUp asks for an object and does not take it.
func TestAReaderThatStopsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, objecthttp.ServerOptions{})
		if err := s.local.Put(t.Context(), "g/a.x", make([]byte, 5<<20)); err != nil {
			t.Fatal(err)
		}
		raw, _ := s.dial(t.Context(), "")
		defer raw.Close()
		fmt.Fprint(raw, "GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\n\r\n")
		time.Sleep(idle + 1)
		synctest.Wait()
		if n, err := io.Copy(io.Discard, raw); n > 1<<20 || err != nil {
			t.Fatalf("%d bytes were still to be had, %v", n, err)
		}
	})
}
