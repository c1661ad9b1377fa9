package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Bounds of one delivery.
const (
	dialTimeout     = 5 * time.Second
	handshakeTime   = 5 * time.Second
	idleTime        = 30 * time.Second
	idlePerHost     = 2
	maxAnswer       = 64 << 10 // bytes of an answer that are read
	maxAnswerHeader = 16 << 10
)

// Client sends webhook requests. It may be used concurrently.
type Client struct {
	policy Policy
	http   *http.Client
}

// Request is one delivery. Signature is the value of the Webhook-Signature
// header over exactly these bytes of Body.
type Request struct {
	URL       string
	Signature string
	Body      []byte
}

// Reply is what an endpoint answered with a 2xx status.
type Reply struct {
	Done bool `json:"done"` // the work of this wake is finished
}

// StatusError says that the endpoint answered with something other than 2xx.
// Redirects are among them.
type StatusError struct{ Status int }

func (e *StatusError) Error() string {
	return fmt.Sprintf("webhook: endpoint answered %d", e.Status)
}

// NewClient returns a client that resolves with resolver; nil means the
// system's.
func NewClient(policy Policy, resolver Resolver) *Client {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	g := guard{policy: policy, resolver: resolver, timeout: dialTimeout}
	return &Client{policy: policy, http: &http.Client{
		Transport:     transport(g),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func transport(g guard) *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            g.dial,
		TLSHandshakeTimeout:    handshakeTime,
		IdleConnTimeout:        idleTime,
		MaxIdleConnsPerHost:    idlePerHost,
		MaxResponseHeaderBytes: maxAnswerHeader,
		ForceAttemptHTTP2:      true,
	}
}

// Close gives idle connections back. Deliveries under way are not disturbed.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// CheckURL judges a URL by the client's policy before it is registered. Errors
// wrap ErrRejected.
func (c *Client) CheckURL(raw string) error { return c.policy.CheckURL(raw) }

// Send delivers a request and waits for the answer until ctx ends. An answer
// that is not JSON, or too long, counts as one that says nothing. Errors are a
// *StatusError, wrap ErrRejected, or are the network's.
func (c *Client) Send(ctx context.Context, r Request) (Reply, error) {
	if err := c.policy.CheckURL(r.URL); err != nil {
		return Reply{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Reply{}, fmt.Errorf("webhook: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Webhook-Signature", r.Signature)
	request.Header.Set("User-Agent", "ursula-webhook")
	response, err := c.http.Do(request)
	if err != nil {
		return Reply{}, fmt.Errorf("webhook: %w", err)
	}
	defer response.Body.Close()
	return read(response)
}

func read(response *http.Response) (Reply, error) {
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return Reply{}, &StatusError{response.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return Reply{}, fmt.Errorf("webhook: answer: %w", err)
	}
	var reply Reply
	if json.Unmarshal(body, &reply) != nil {
		return Reply{}, nil
	}
	return reply, nil
}
