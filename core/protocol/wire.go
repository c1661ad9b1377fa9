package protocol

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// wire is the connection of one SSE reader.
type wire interface {
	// send writes p now, or fails when the reader does not take it in time.
	send(p []byte) error
	// chunked says that what is sent must be framed as HTTP chunks.
	chunked() bool
	// end finishes the answer.
	end()
}

// rawWire is an HTTP/1.1 connection taken over from the server, which has given
// back its buffers and goroutine. It belongs to one goroutine.
type rawWire struct {
	conn     net.Conn
	wait     time.Duration
	deadline time.Time
}

// send renews the deadline only when half of it has gone: a reader has between
// half of wait and all of it.
func (c *rawWire) send(p []byte) error {
	if now := time.Now(); c.deadline.Sub(now) < c.wait/2 {
		c.deadline = now.Add(c.wait)
		if err := c.conn.SetWriteDeadline(c.deadline); err != nil {
			return err
		}
	}
	_, err := c.conn.Write(p)
	return err
}

func (c *rawWire) chunked() bool { return true }

func (c *rawWire) end() {
	_ = c.send([]byte(lastChunk))
	_ = c.conn.Close()
}

// watchHangUp reads until the client goes away, then calls gone. A client has
// nothing to say on this connection; what it says is dropped.
func (c *rawWire) watchHangUp(gone context.CancelFunc) {
	defer gone()
	var scratch [16]byte
	for {
		if _, err := c.conn.Read(scratch[:]); err != nil {
			return
		}
	}
}

// takeOver takes the connection from the server and writes the head of a chunked
// answer. It fails with http.ErrNotSupported where there is no connection to
// take, as in HTTP/2.
func takeOver(w http.ResponseWriter, wait time.Duration, now time.Time) (*rawWire, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	head := w.Header()
	head["Date"] = []string{now.UTC().Format(http.TimeFormat)}
	head["Transfer-Encoding"] = []string{"chunked"}
	head["Connection"] = []string{"close"}
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = head.Write(&b) // a Buffer takes everything
	b.WriteString("\r\n")
	c := &rawWire{conn: conn, wait: wait}
	if err := c.send(b.Bytes()); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

// servedWire is an answer that the server frames.
type servedWire struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	wait time.Duration
}

func (s *servedWire) send(p []byte) error {
	// Not every server knows deadlines; those that do not have their own.
	_ = s.ctl.SetWriteDeadline(time.Now().Add(s.wait))
	if _, err := s.w.Write(p); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func (s *servedWire) chunked() bool { return false }

func (s *servedWire) end() { _ = s.ctl.SetWriteDeadline(time.Time{}) }

func isUnsupported(err error) bool { return errors.Is(err, http.ErrNotSupported) }
