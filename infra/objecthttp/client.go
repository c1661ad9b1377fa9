package objecthttp

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ursula/core/bucket"
)

// maxIdleConns is how many connections to a peer are kept for the next call.
const maxIdleConns = 4

// ClientOptions configure a Client. Dial is required.
type ClientOptions struct {
	// Dial opens a connection to the object server of a peer.
	Dial func(ctx context.Context, peer string) (net.Conn, error)
	Idle time.Duration // 0 means DefaultIdle
}

// Client calls the object servers of peers. It implements peerbucket.Remote.
type Client struct {
	http *http.Client
	idle time.Duration
}

// NewClient returns a client without connections.
func NewClient(o ClientOptions) *Client {
	idle := cmp.Or(o.Idle, DefaultIdle)
	dial := func(ctx context.Context, _, address string) (net.Conn, error) {
		peer, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return o.Dial(ctx, peer)
	}
	return &Client{idle: idle, http: &http.Client{Transport: &http.Transport{
		DialContext: dial, DisableCompression: true,
		MaxIdleConnsPerHost: maxIdleConns, IdleConnTimeout: idle, ExpectContinueTimeout: idle,
		WriteBufferSize: pieceSize, ReadBufferSize: pieceSize,
	}}}
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Put implements peerbucket.Remote. It waits for the peer's go-ahead before it
// reads from r.
func (c *Client) Put(ctx context.Context, peer, key string, size int64, r io.Reader) error {
	_, err := c.do(ctx, call{method: http.MethodPut, peer: peer, key: key, body: newOutgoing(r), size: size})
	return err
}

// Get implements peerbucket.Remote.
func (c *Client) Get(ctx context.Context, peer, key string, dst []byte, offset int64) (int, error) {
	if len(dst) == 0 {
		_, err := c.Stat(ctx, peer, key)
		return 0, err
	}
	part := span{offset, offset + int64(len(dst))}
	r, err := c.do(ctx, call{method: http.MethodGet, peer: peer, key: key, part: part, into: dst})
	if err == nil && r.received < len(dst) {
		err = io.EOF
	}
	return r.received, err
}

// Stat implements peerbucket.Remote.
func (c *Client) Stat(ctx context.Context, peer, key string) (bucket.Object, error) {
	r, err := c.do(ctx, call{method: http.MethodHead, peer: peer, key: key})
	if err != nil {
		return bucket.Object{}, err
	}
	size, err := strconv.ParseUint(r.header.Get(sizeHeader), 10, 62)
	if err != nil {
		return bucket.Object{}, fmt.Errorf("stat %s: the peer does not say its size: %w", key, err)
	}
	return bucket.Object{Key: key, Size: int64(size)}, nil
}

// Delete implements peerbucket.Remote.
func (c *Client) Delete(ctx context.Context, peer, key string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, peer: peer, key: key})
	return err
}

// StatusError is the answer of a peer that did not do what it was asked to.
type StatusError struct {
	Code int
	Text string
}

// Error implements error.
func (e *StatusError) Error() string { return fmt.Sprintf("peer answers %d: %s", e.Code, e.Text) }

// refusal is the error that a response stands for, nil for a success.
func refusal(r *http.Response) error {
	switch r.StatusCode {
	case http.StatusOK, http.StatusNoContent, http.StatusPartialContent:
		return nil
	case http.StatusRequestedRangeNotSatisfiable:
		return io.EOF
	case http.StatusNotFound:
		return bucket.ErrNotFound
	}
	text, _ := io.ReadAll(io.LimitReader(r.Body, 512))
	return &StatusError{Code: r.StatusCode, Text: strings.TrimSpace(string(text))}
}

func address(peer, key string) string {
	return (&url.URL{Scheme: "http", Host: peer, Path: Root + key}).String()
}
