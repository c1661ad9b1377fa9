package protocol

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// announce sends the head of an append and only the beginning of its body.
func announce(t *testing.T, s *server, length int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.http.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %stext HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\nabc",
		Root, length)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestABodyThatPausesIsRefused(t *testing.T) {
	s := serve(t, func(o *Options) { o.BodyPause = 20 * time.Millisecond })
	s.create("text", "text/plain", "") // no body, which could pause
	response, err := http.ReadResponse(bufio.NewReader(announce(t, s, 100)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status is %d, want 408", response.StatusCode)
	}
}

// What a client announces takes nothing from the budget that all share: only
// what it sends does, in steps.
func TestAnnouncedBodiesDoNotBlockOthers(t *testing.T) {
	s := serve(t, func(o *Options) { o.MaxBody, o.InFlight = 1<<20, 1<<20 })
	s.create("text", "text/plain", "hello")
	for range 8 {
		announce(t, s, 1<<20)
	}
	response, err := http.Post(s.http.URL+Root+"text", "text/plain", strings.NewReader("!"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("status is %d, want 204", response.StatusCode)
	}
}
