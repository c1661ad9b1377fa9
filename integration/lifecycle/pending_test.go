package lifecycle

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"ursula/integration/wire"
)

// pending is an append whose headers the server has taken and whose body it
// waits for.
type pending struct {
	conn   net.Conn
	answer *bufio.Reader
}

// begin sends the headers of an append and returns when the server has asked for
// the body, by which it shows that the request is under way.
func begin(ctx context.Context, t *testing.T, url, stream string) *pending {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection that was just made takes one
	}
	fmt.Fprintf(conn, "POST %s%s HTTP/1.1\r\nHost: ursula\r\nContent-Type: %s\r\n"+
		"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n", wire.Root, stream, wire.ContentType)
	p := &pending{conn: conn, answer: bufio.NewReader(conn)}
	line, err := p.answer.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
		t.Fatalf("the server did not ask for the body: %q, %v", line, err)
	}
	if _, err := p.answer.ReadString('\n'); err != nil { // the empty line
		t.Fatal(err)
	}
	return p
}

// finish sends the body and returns the status of the answer.
func (p *pending) finish(body string) (int, error) {
	if _, err := fmt.Fprintf(p.conn, "%x\r\n%s\r\n0\r\n\r\n", len(body), body); err != nil {
		return 0, err
	}
	response, err := http.ReadResponse(p.answer, nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}
