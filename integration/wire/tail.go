package wire

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ErrTorn means that a live response ended within an event.
var ErrTorn = errors.New("the response ended within an event")

// Batch is what a live reader learns at once: bytes, and where it stands.
type Batch struct {
	Data     []byte
	Next     string
	UpToDate bool
	Closed   bool
}

// Tail is a live read by server-sent events, for one goroutine.
type Tail struct {
	body  io.ReadCloser
	lines *bufio.Reader
	plain bool // text, not base64
}

// Follow starts a live read. A reply that is no success comes back as an error.
func (c *Client) Follow(ctx context.Context, stream, offset string) (*Tail, error) {
	response, err := c.send(ctx, http.MethodGet, stream+"?live=sse&offset="+offset, nil, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, &StatusError{Status: response.StatusCode, Header: response.Header}
	}
	plain := response.Header.Get("Stream-Sse-Data-Encoding") != "base64"
	return &Tail{body: response.Body, lines: bufio.NewReader(response.Body), plain: plain}, nil
}

// StatusError is the refusal of a live read.
type StatusError struct {
	Status int
	Header http.Header
}

func (e *StatusError) Error() string { return fmt.Sprintf("live read: status %d", e.Status) }

// Close ends the read.
func (t *Tail) Close() { t.body.Close() }

// Next waits for the next control event and returns it with the bytes before
// it. io.EOF means that the server ended the response cleanly, between events.
func (t *Tail) Next() (Batch, error) {
	var batch Batch
	for {
		name, text, err := t.event()
		if errors.Is(err, io.EOF) && len(batch.Data) > 0 {
			return batch, ErrTorn
		}
		if err != nil {
			return batch, err
		}
		switch name {
		case "data":
			batch.Data, err = t.decode(batch.Data, text)
		case "control":
			return batch.finish(text)
		}
		if err != nil {
			return batch, err
		}
	}
}

func (t *Tail) decode(into []byte, text string) ([]byte, error) {
	if t.plain {
		return append(into, text...), nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	return append(into, data...), err
}

func (b Batch) finish(text string) (Batch, error) {
	var control struct {
		StreamNextOffset string
		UpToDate         bool
		StreamClosed     bool
	}
	err := json.Unmarshal([]byte(text), &control)
	b.Next, b.UpToDate, b.Closed = control.StreamNextOffset, control.UpToDate, control.StreamClosed
	return b, err
}

// event reads up to an empty line. Comments are skipped.
func (t *Tail) event() (name, text string, err error) {
	var data []string
	for {
		line, err := t.lines.ReadString('\n')
		if errors.Is(err, io.EOF) && (line != "" || name != "" || len(data) > 0) {
			return "", "", ErrTorn
		}
		if err != nil {
			return "", "", err
		}
		line = strings.TrimRight(line, "\r\n")
		switch field, value, _ := strings.Cut(line, ":"); {
		case line == "" && (name != "" || len(data) > 0):
			return name, strings.Join(data, "\n"), nil
		case field == "event":
			name = strings.TrimPrefix(value, " ")
		case field == "data":
			data = append(data, strings.TrimPrefix(value, " "))
		}
	}
}
