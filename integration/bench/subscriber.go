package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
)

// subscriber is one SSE connection, for one goroutine.
type subscriber struct {
	conn  *conn
	lines *bufio.Reader
}

// subscribe makes c an SSE connection at the tail of a stream, and returns when the server
// has confirmed with its first control event that it will deliver what comes next.
func subscribe(c *conn, path string) (*subscriber, error) {
	s := &subscriber{conn: c}
	if err := s.open(path); err != nil {
		c.close()
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return s, nil
}

func (s *subscriber) open(path string) error {
	if _, err := s.conn.net.Write(request("GET", s.conn.host, path+"?live=sse&offset=now", nil)); err != nil {
		return err
	}
	h, err := s.conn.receive()
	if err != nil {
		return err
	}
	if h.status != 200 {
		return fmt.Errorf("status %d", h.status)
	}
	s.lines = bufio.NewReaderSize(s.conn.body(h), readBuffer)
	for {
		line, err := s.line()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(line, []byte("event:")) && bytes.HasSuffix(line, []byte("control")) {
			return nil
		}
	}
}

// line returns the next line of the response, valid until the next call.
func (s *subscriber) line() ([]byte, error) {
	line, err := s.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return line, nil // the rest of a long line comes as lines of its own, and begins with no field
	}
	return bytes.TrimRight(line, "\r\n"), noEOF(err)
}

// data returns what follows "data:" in the next line that has it.
func (s *subscriber) data() ([]byte, error) {
	for {
		line, err := s.line()
		if err != nil {
			return nil, err
		}
		if value, found := bytes.CutPrefix(line, []byte("data:")); found {
			return bytes.TrimPrefix(value, []byte(" ")), nil
		}
	}
}

// subscribeAll opens n subscribers to stream 0 of a run, on the nodes in turn.
func subscribeAll(ctx context.Context, t Target, run string, n int, progress func(opened int)) ([]*subscriber, error) {
	subs := make([]*subscriber, 0, n)
	for i := range n {
		s, err := subscribeTo(ctx, t, run, i)
		if err != nil {
			closeAll(subs)
			return nil, fmt.Errorf("subscriber %d of %d on %s: %w", len(subs)+1, n, t.Name, err)
		}
		if subs = append(subs, s); len(subs)%1000 == 0 {
			progress(len(subs))
		}
	}
	return subs, nil
}

func subscribeTo(ctx context.Context, t Target, run string, i int) (*subscriber, error) {
	c, err := t.dial(ctx, i)
	if err != nil {
		return nil, err
	}
	return subscribe(c, t.streamPath(run, 0))
}

func closeAll(subs []*subscriber) {
	for _, s := range subs {
		s.conn.close()
	}
}
