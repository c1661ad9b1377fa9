package lean

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// bench is a Server with net/http behind it, on a loopback port.
type bench struct {
	t    testing.TB
	lean *Server
	rest *http.Server
}

// servedBy names the server in every response.
func servedBy(name string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", name)
		h.ServeHTTP(w, r)
	})
}

func start(t testing.TB, h http.HandlerFunc) *bench {
	b := startAlone(t, h)
	b.rest = &http.Server{Handler: servedBy("net/http", h), Protocols: new(http.Protocols)}
	b.rest.Protocols.SetHTTP1(true)
	b.rest.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = b.rest.Serve(b.lean.Foreign()) }()
	t.Cleanup(func() { _ = b.rest.Close() })
	return b
}

// startAlone leaves it to the test to accept what is handed over.
func startAlone(t testing.TB, h http.HandlerFunc) *bench {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, lean: New(l, Options{Handler: servedBy("lean", h), Log: slog.New(slog.DiscardHandler)})}
	served := make(chan error, 1)
	go func() { served <- b.lean.Serve() }()
	t.Cleanup(func() {
		_ = b.lean.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		if err := b.lean.Shutdown(context.Background()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return b
}

// client is a connection that says exactly what it is told to.
type client struct {
	t testing.TB
	*net.TCPConn
	in *bufio.Reader
}

func (b *bench) dial() *client { return dial(b.t, b.lean.Foreign().Addr()) }

func dial(t testing.TB, addr net.Addr) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t, conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// send may be called on a goroutine of its own.
func (c *client) send(data string) {
	if _, err := io.WriteString(c.TCPConn, data); err != nil {
		c.t.Error(err)
	}
}

// receive reads the response to a request with the method.
func (c *client) receive(method string) (*http.Response, string) {
	c.t.Helper()
	response, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, string(body)
}

// expect reads the response to a POST to echo.
func (c *client) expect(server, body string) {
	c.t.Helper()
	response, got := c.receive("POST")
	if by := response.Header.Get("Server"); by != server || got != body {
		c.t.Fatalf("%s says %q, want %s to say %q", by, got, server, body)
	}
}

// expectEnd waits until the server closes the connection.
func (c *client) expectEnd() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
		c.t.Fatalf("at the end: %q, %v", rest, err)
	}
}

// echo answers with the path and the body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, r.URL.Path+" "+string(body))
}

// echoing is a plain request for echo.
func echoing(path, body string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// chunked is the same as a request that is not plain.
func chunked(path, body string) string {
	var chunks strings.Builder
	for i := range len(body) {
		chunks.WriteString("1\r\n" + body[i:i+1] + "\r\n")
	}
	return "POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks.String() + "0\r\n\r\n"
}
