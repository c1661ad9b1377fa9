package lean

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

// gate is a handler that says when it is entered and waits to be let go.
type gate struct {
	entered chan *http.Request
	leave   chan struct{}
}

func newGate() gate { return gate{make(chan *http.Request), make(chan struct{})} }

func (g gate) serve(w http.ResponseWriter, r *http.Request) {
	g.entered <- r
	<-g.leave
	echo(w, r)
}

func TestShutdown(t *testing.T) {
	g := newGate()
	b := startAlone(t, g.serve)
	silent, between, working := b.dial(), b.dial(), b.dial()
	between.send(echoing("/", ""))
	<-g.entered
	g.leave <- struct{}{}
	between.expect("lean", "/ ")
	working.send(echoing("/1", "a") + echoing("/2", "b"))
	<-g.entered

	ended := make(chan error, 1)
	go func() { ended <- b.lean.Shutdown(context.Background()) }()
	silent.expectEnd()
	between.expectEnd()
	select {
	case err := <-ended:
		t.Fatalf("ended during a request: %v", err)
	default:
	}
	if _, err := net.Dial("tcp", b.lean.Foreign().Addr().String()); err == nil {
		t.Error("a connection is accepted")
	}
	g.leave <- struct{}{}
	if response, body := working.receive("POST"); body != "/1 a" || !response.Close {
		t.Errorf("answer %q, close %v", body, response.Close)
	}
	working.expectEnd()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestShutdownGivesUp(t *testing.T) {
	g := newGate()
	b := startAlone(t, g.serve)
	c := b.dial()
	c.send(echoing("/", ""))
	r := <-g.entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.lean.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v", err)
	}
	if err := r.Context().Err(); err != nil {
		t.Errorf("the request's context: %v", err)
	}
	_ = b.lean.Close()
	<-r.Context().Done()
	g.leave <- struct{}{}
}

// TestCloseEndsHandingOver: a connection that nobody accepts ends too.
func TestCloseEndsHandingOver(t *testing.T) {
	b := startAlone(t, echo)
	waits, accepted := b.dial(), b.dial()
	accepted.send("GET")
	conn, err := b.lean.Foreign().Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	waits.send("GET")
	_ = b.lean.Close()
	_, _ = waits.in.ReadByte() // an end or a reset
	if _, err := b.lean.Foreign().Accept(); err == nil {
		t.Error("accepted after Close")
	}
}

// TestContextEndsWithTheConnection, not before and not much later.
func TestContextEndsWithTheConnection(t *testing.T) {
	g := newGate()
	c := startAlone(t, g.serve).dial()
	c.send(echoing("/", ""))
	r := <-g.entered
	ctx := r.Context()
	g.leave <- struct{}{}
	c.expect("lean", "/ ")
	if ctx.Err() != nil {
		t.Error("the context ended with the request")
	}
	_ = c.CloseWrite()
	<-ctx.Done()
}

// TestIdleTimeout: the server's patience ends by itself, for a request and for a
// body.
func TestIdleTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	s := New(l, Options{IdleTimeout: time.Millisecond, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := r.Body.Read(make([]byte, 1))
		failed <- err
	})})
	go func() { _ = s.Serve() }()
	defer func() { _ = s.Close() }()
	dial(t, l.Addr()).expectEnd()
	var timeout net.Error
	for sent := false; !sent; { // until a request comes in time
		c := dial(t, l.Addr())
		_, _ = c.Write([]byte(echoing("/", "b"))[:len(echoing("/", ""))])
		select {
		case err := <-failed:
			sent = true
			if !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("reading the body: %v", err)
			}
		case <-closed(c):
		}
	}
}

// closed is closed when nothing more comes from the server.
func closed(c *client) <-chan struct{} {
	end := make(chan struct{})
	go func() {
		defer close(end)
		_, _ = c.in.ReadByte()
	}()
	return end
}

// refusing is a listener that fails a few times before it ends.
type refusing struct {
	net.Listener
	errs []error
}

func (l *refusing) Accept() (net.Conn, error) {
	if len(l.errs) == 0 {
		return l.Listener.Accept()
	}
	err := l.errs[0]
	l.errs = l.errs[1:]
	return nil, err
}

type passing struct{}

func (passing) Error() string   { return "passing" }
func (passing) Temporary() bool { return true }

func TestAcceptErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	final := errors.New("final")
	s := New(&refusing{l, []error{passing{}, passing{}, final}}, Options{Handler: http.NotFoundHandler()})
	if err := s.Serve(); !errors.Is(err, final) {
		t.Errorf("Serve: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
