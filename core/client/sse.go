package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// control is the event that confirms the data before it.
type control struct {
	Next     Offset `json:"streamNextOffset"`
	Cursor   string `json:"streamCursor"`
	UpToDate bool   `json:"upToDate"`
	Closed   bool   `json:"streamClosed"`
}

// sse reads one SSE connection to its end. Data is held back until its control event has
// come, so that a connection that breaks between the two loses nothing: the reader is
// still at the offset before the data.
func (f *follower) sse(ctx context.Context) error {
	resp, err := f.stream.send(ctx, request{
		op: "tail", method: http.MethodGet, query: f.query("sse"),
		header: http.Header{"Accept": {"text/event-stream"}, headerAcceptCoding: {"identity"}},
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get(headerContentType); !strings.HasPrefix(kind, "text/event-stream") {
		return fmt.Errorf("%w: SSE was answered with %q", ErrProtocol, kind)
	}
	c := &sseConn{
		follower: f,
		events:   newEventReader(resp.Body, f.stream.maxBatch*2),
		binary:   strings.EqualFold(resp.Header.Get(headerEncoding), "base64"),
	}
	return c.run()
}

// sseConn is one SSE connection of a follower.
type sseConn struct {
	*follower
	events    *eventReader
	binary    bool
	pending   []byte // data without its control event yet
	confirmed bool   // a control event has come
}

func (c *sseConn) run() error {
	for {
		e, err := c.events.next()
		if err != nil {
			return ended(err, c.confirmed && c.pending == nil)
		}
		switch e.name {
		case "data":
			err = c.hold(e.data)
		case "control":
			err = c.confirm(e.data)
		}
		if err != nil {
			return err
		}
	}
}

// hold keeps the bytes of a data event.
func (c *sseConn) hold(data []byte) error {
	if c.binary {
		decoded, err := base64.StdEncoding.AppendDecode(nil, data) // skips line breaks
		if err != nil {
			return fmt.Errorf("%w: data event: %w", ErrProtocol, err)
		}
		data = decoded
	}
	c.pending = append(c.pending, data...)
	if int64(len(c.pending)) > c.stream.maxBatch {
		return fmt.Errorf("%w: no control event within %d bytes", ErrTooLarge, c.stream.maxBatch)
	}
	return nil
}

// confirm delivers what was held.
func (c *sseConn) confirm(data []byte) error {
	var k control
	if err := json.Unmarshal(data, &k); err != nil || k.Next == "" {
		return fmt.Errorf("%w: control event %.200q", ErrProtocol, data)
	}
	b := Batch{Data: c.pending, Next: k.Next, UpToDate: k.UpToDate || k.Closed, Closed: k.Closed}
	c.pending, c.confirmed = nil, true
	return c.deliver(b, k.Cursor)
}
