package lean

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestPipelining(t *testing.T) {
	c := start(t, echo).dial()
	const n = 500 // several blocks
	var all strings.Builder
	for i := range n {
		all.WriteString(echoing(fmt.Sprintf("/%d", i), strings.Repeat("b", i)))
	}
	go c.send(all.String())
	for i := range n {
		response, body := c.receive("POST")
		if want := fmt.Sprintf("/%d %s", i, strings.Repeat("b", i)); body != want {
			t.Fatalf("%s says %q, want %q", response.Header.Get("Server"), body, want)
		}
	}
}

// TestHandOverKeepsEveryByte cuts a request everywhere in its head.
func TestHandOverKeepsEveryByte(t *testing.T) {
	b := startAlone(t, echo)
	request := echoing("/second", "abc")
	for n := 1; n < len(request)-len("abc"); n++ {
		c := b.dial()
		c.send(echoing("/first", "") + request[:n])
		accepted, err := b.lean.Foreign().Accept()
		if err != nil {
			t.Fatal(err)
		}
		c.expect("lean", "/first ")
		c.send(request[n:])
		got := make([]byte, len(request))
		if _, err := io.ReadFull(accepted, got); err != nil || string(got) != request {
			t.Fatalf("cut at %d: %q, %v", n, got, err)
		}
		_ = accepted.Close()
	}
}

func TestHandedConnectionCopies(t *testing.T) {
	b := startAlone(t, echo)
	c := b.dial()
	c.send("nothing plain")
	accepted, err := b.lean.Foreign().Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.send(", and more")
	_ = c.CloseWrite()
	var all bytes.Buffer
	if _, err := io.Copy(&all, accepted); err != nil || all.String() != "nothing plain, and more" {
		t.Fatalf("%q, %v", all.String(), err)
	}
	_ = accepted.Close()
}

// TestForeignInTheMiddle: what is not plain is answered by net/http, and so is
// everything behind it.
func TestForeignInTheMiddle(t *testing.T) {
	c := start(t, echo).dial()
	c.send(echoing("/1", "a") + echoing("/2", "b") + chunked("/3", "cd") + echoing("/4", "e"))
	c.expect("lean", "/1 a")
	c.expect("lean", "/2 b")
	c.expect("net/http", "/3 cd")
	c.expect("net/http", "/4 e")
	c.send(echoing("/5", "f"))
	c.expect("net/http", "/5 f")
}

// TestForeignIsLeftToNetHTTP: for each request that is not plain the answer is
// net/http's own.
func TestForeignIsLeftToNetHTTP(t *testing.T) {
	b := start(t, echo)
	reference := startReference(t, echo)
	requests := foreignRequests()
	delete(requests, "HTTP/2 preface") // not answered the same way twice; see TestHTTP2
	for name, request := range requests {
		got, want := converse(b.dial(), request), converse(dial(t, reference), request)
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// converse sends a request, says that no more comes and returns all answers,
// less the dates.
func converse(c *client, request string) string {
	c.send(request)
	_ = c.CloseWrite()
	all, _ := io.ReadAll(c.in) // a reset is an answer too
	lines := strings.SplitAfter(string(all), "\r\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "Date: ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func startReference(t testing.TB, h http.HandlerFunc) net.Addr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: servedBy("net/http", h), Protocols: new(http.Protocols),
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr()
}

// TestOnlyTCP: other connections are net/http's from the start.
func TestOnlyTCP(t *testing.T) {
	l, err := net.Listen("unix", t.TempDir()+"/socket")
	if err != nil {
		t.Fatal(err)
	}
	s := New(l, Options{Handler: http.HandlerFunc(echo)})
	go func() { _ = s.Serve() }()
	defer func() { _ = s.Close() }()
	conn, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	accepted, err := s.Foreign().Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = accepted.Close()
}

func TestHTTP2(t *testing.T) {
	b := start(t, echo)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Post("http://"+b.lean.Foreign().Addr().String()+"/2", "", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, _ := io.ReadAll(response.Body); response.ProtoMajor != 2 || string(body) != "/2 x" {
		t.Fatalf("%s %q", response.Proto, body)
	}
}

// TestBodyInPieces cuts a body everywhere; each piece follows when the one
// before has been read.
func TestBodyInPieces(t *testing.T) {
	read := make(chan int)
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, <-read)
		_, _ = io.ReadFull(r.Body, piece)
		read <- len(piece)
		rest, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(piece, rest...))
	})
	c := b.dial()
	const body = "a body"
	head := strings.TrimSuffix(echoing("/", body), body)
	for n := range len(body) {
		c.send(head + body[:n])
		read <- n
		<-read
		c.send(body[n:])
		c.expect("lean", body)
	}
}

func TestLargestBody(t *testing.T) {
	c := start(t, echo).dial()
	body := strings.Repeat("0123456789abcdef", maxBody/16)
	go c.send(echoing("/", body) + echoing("/after", ""))
	c.expect("lean", "/ "+body)
	c.expect("lean", "/after ")
}

// TestUnreadBody: what the handler leaves of a body is no request.
func TestUnreadBody(t *testing.T) {
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/close" {
			_ = r.Body.Close()
		}
		if _, err := r.Body.Read(make([]byte, 1)); r.URL.Path == "/close" && err != http.ErrBodyReadAfterClose {
			t.Errorf("read after close: %v", err)
		}
		_, _ = io.WriteString(w, r.URL.Path)
	})
	c := b.dial()
	hidden := strings.Repeat(echoing("/hidden", ""), 200)
	go c.send(echoing("/1", hidden) + echoing("/close", hidden) + echoing("/2", ""))
	c.expect("lean", "/1")
	c.expect("lean", "/close")
	c.expect("lean", "/2")
}

func TestBrokenBody(t *testing.T) {
	failed := make(chan error, 1)
	b := start(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		failed <- err
		w.WriteHeader(http.StatusBadRequest)
	})
	c := b.dial()
	c.send(strings.TrimSuffix(echoing("/", "abc"), "c"))
	_ = c.CloseWrite()
	if err := <-failed; err != io.ErrUnexpectedEOF {
		t.Errorf("the handler reads %v", err)
	}
	if response, _ := c.receive("POST"); response.StatusCode != http.StatusBadRequest || !response.Close {
		t.Errorf("answer %v", response)
	}
	c.expectEnd()
}

// TestLineEndsAfterPOST: some are passed over, whole or in pieces.
func TestLineEndsAfterPOST(t *testing.T) {
	c := start(t, echo).dial()
	c.send(echoing("/1", "") + "\r\n" + echoing("/2", "b") + "\r")
	c.expect("lean", "/1 ")
	c.expect("lean", "/2 b")
	c.send("\n\r\n" + echoing("/3", "") + "\r\n\r\n\r\n" + echoing("/4", ""))
	c.expect("lean", "/3 ")
	if response, _ := c.receive("POST"); response.StatusCode != http.StatusBadRequest {
		t.Errorf("after too many: %v", response)
	}
}

func TestPanicClosesTheConnection(t *testing.T) {
	for _, reason := range []any{"a fault", http.ErrAbortHandler} {
		c := start(t, func(http.ResponseWriter, *http.Request) { panic(reason) }).dial()
		c.send(echoing("/", ""))
		c.expectEnd()
	}
}

func TestClientLeaves(t *testing.T) {
	c := start(t, echo).dial()
	c.send(echoing("/", ""))
	c.expect("lean", "/ ")
	_ = c.CloseWrite()
	c.expectEnd()
}

// TestManyConnections has connections share blocks.
func TestManyConnections(t *testing.T) {
	b := start(t, echo)
	var clients sync.WaitGroup
	for i := range 50 {
		c := b.dial()
		clients.Go(func() {
			for n := range 40 {
				body := strings.Repeat(string(rune('a'+i%26)), 1+n*97)
				c.send(echoing("/", body))
				if _, got := c.receive("POST"); got != "/ "+body {
					t.Errorf("client %d got another's body", i)
					return
				}
			}
		})
	}
	clients.Wait()
}
