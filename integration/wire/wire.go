// Package wire is the smallest client of the Durable Streams Protocol that the
// proofs need: one call is one request, nothing is retried, nothing is hidden.
//
// It owns the spelling of requests and the parsing of replies and of server-sent
// events. A reply with any status is a Reply; an error means that no whole reply
// arrived, so the outcome of the request is unknown.
//
// It does not know the product's packages, so a fault in them cannot hide in it.
package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Root is the path under which streams live.
const Root = "/v1/stream/"

// ContentType is what streams are created with. Binary, so that server-sent
// events carry the bytes as base64 and give back exactly what was appended.
const ContentType = "application/octet-stream"

// Start is the offset before the first byte in the form that requests which do
// not take "-1" want. The official suite fixes it.
const Start = "0000000000000000_0000000000000000"

// Field is one request header.
type Field struct{ Name, Value string }

// Closing makes an append, or an empty one, close the stream.
func Closing() Field { return Field{"Stream-Closed", "true"} }

// Type sets the content type instead of ContentType.
func Type(value string) Field { return Field{"Content-Type", value} }

// Producer identifies an append for exactly-once.
func Producer(id string, epoch, seq int) []Field {
	return []Field{
		{"Producer-Id", id},
		{"Producer-Epoch", strconv.Itoa(epoch)},
		{"Producer-Seq", strconv.Itoa(seq)},
	}
}

// TTL makes a creation end when it has not been used for so long, in whole seconds.
func TTL(d time.Duration) Field {
	return Field{"Stream-TTL", strconv.FormatInt(int64(d/time.Second), 10)}
}

// ForkOf makes a creation inherit source up to offset, and then sub bytes more.
func ForkOf(source, offset string, sub int) []Field {
	fields := []Field{{"Stream-Forked-From", Root + source}, {"Stream-Fork-Offset", offset}}
	if sub > 0 {
		fields = append(fields, Field{"Stream-Fork-Sub-Offset", strconv.Itoa(sub)})
	}
	return fields
}

// Client speaks to one server. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
}

// New makes a client of the server at base, such as "http://127.0.0.1:4437",
// with connections of its own.
func New(base string) *Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true}
	return &Client{base: base, http: &http.Client{Transport: transport}}
}

// Forget closes idle connections, such as those to a server that was killed.
func (c *Client) Forget() { c.http.CloseIdleConnections() }

// Create makes a stream, with body as its first bytes.
func (c *Client) Create(ctx context.Context, stream string, body []byte, fields ...Field) (Reply, error) {
	return c.do(ctx, http.MethodPut, stream, body, fields)
}

// Append adds body to a stream.
func (c *Client) Append(ctx context.Context, stream string, body []byte, fields ...Field) (Reply, error) {
	return c.do(ctx, http.MethodPost, stream, body, fields)
}

// Delete removes a stream.
func (c *Client) Delete(ctx context.Context, stream string) (Reply, error) {
	return c.do(ctx, http.MethodDelete, stream, nil, nil)
}

// Head asks for a stream's tail and closure.
func (c *Client) Head(ctx context.Context, stream string) (Reply, error) {
	return c.do(ctx, http.MethodHead, stream, nil, nil)
}

// Read asks for one page from offset on.
func (c *Client) Read(ctx context.Context, stream, offset string) (Reply, error) {
	return c.do(ctx, http.MethodGet, stream+"?offset="+offset, nil, nil)
}

// Poll is a long-poll from offset.
func (c *Client) Poll(ctx context.Context, stream, offset string) (Reply, error) {
	return c.do(ctx, http.MethodGet, stream+"?live=long-poll&offset="+offset, nil, nil)
}

func (c *Client) do(ctx context.Context, method, target string, body []byte, fields []Field) (Reply, error) {
	response, err := c.send(ctx, method, target, body, fields)
	if err != nil {
		return Reply{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return Reply{}, fmt.Errorf("%s %s: read the reply: %w", method, target, err)
	}
	return Reply{Status: response.StatusCode, Header: response.Header, Body: content}, nil
}

func (c *Client) send(ctx context.Context, method, target string, body []byte, fields []Field) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+Root+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPut || method == http.MethodPost {
		request.Header.Set("Content-Type", ContentType)
	}
	for _, field := range fields {
		request.Header.Set(field.Name, field.Value)
	}
	return c.http.Do(request)
}
