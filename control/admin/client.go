package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ursula/control/member"
)

// Problem is a refusal by the server.
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string { return p.Detail }

// ErrUnreachable says that none of the admin addresses gave an answer.
var ErrUnreachable = errors.New("no admin address answers")

// ErrUnavailable says that at least one node answered, and none could do what was asked.
var ErrUnavailable = errors.New("no node can do that now")

// Client speaks to the first of several nodes that answers. Every request may be
// repeated, so it goes to the next node also when the outcome at one is unknown.
// Methods may be called concurrently.
type Client struct {
	addresses []*url.URL
	http      *http.Client

	Pause time.Duration // between two looks at the status, in Await
}

// attempt is how long one node has for its answer.
const attempt = 15 * time.Second

// NewClient returns a client of nodes given by their admin URLs, such as
// http://127.0.0.1:4438.
func NewClient(addresses ...string) (*Client, error) {
	c := &Client{http: &http.Client{Timeout: attempt}, Pause: 500 * time.Millisecond}
	for _, a := range addresses {
		u, err := url.Parse(strings.TrimSpace(a))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("%q is not a URL such as http://127.0.0.1:4438", a)
		}
		c.addresses = append(c.addresses, u)
	}
	if len(c.addresses) == 0 {
		return nil, errors.New("no admin address is given")
	}
	return c, nil
}

// Status asks for the state of the cluster.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, http.MethodGet, nil, &s, "v1", "cluster")
}

// Add lets a node join. Like all changes of members it returns the version of the
// roster that asks for it.
func (c *Client) Add(ctx context.Context, p member.Peer) (roster uint64, err error) {
	return c.change(ctx, http.MethodPost, memberRequest(p))
}

// Remove lets a member leave.
func (c *Client) Remove(ctx context.Context, id string) (roster uint64, err error) {
	return c.change(ctx, http.MethodDelete, nil, id)
}

// Replace puts p in the place of member id.
func (c *Client) Replace(ctx context.Context, id string, p member.Peer) (roster uint64, err error) {
	return c.change(ctx, http.MethodPost, memberRequest(p), id, "replace")
}

// Drain keeps a member from leading.
func (c *Client) Drain(ctx context.Context, id string) (roster uint64, err error) {
	return c.change(ctx, http.MethodPost, nil, id, "drain")
}

// Undrain lets a member lead again.
func (c *Client) Undrain(ctx context.Context, id string) (roster uint64, err error) {
	return c.change(ctx, http.MethodPost, nil, id, "undrain")
}

// Transfer makes a voter the leader of a group.
func (c *Client) Transfer(ctx context.Context, group uint32, to string) error {
	return c.call(ctx, http.MethodPost, transferRequest{to}, nil, "v1", "cluster", "groups", fmt.Sprint(group), "transfer")
}

// Stop ends the process with this boot, on the node that the client's only
// address belongs to.
func (c *Client) Stop(ctx context.Context, boot string) error {
	u := c.addresses[0].JoinPath("v1", "node", "stop")
	u.RawQuery = url.Values{"boot": {boot}}.Encode()
	return c.send(ctx, http.MethodPost, u, nil, nil)
}

func (c *Client) change(ctx context.Context, method string, body any, path ...string) (roster uint64, err error) {
	var a accepted
	err = c.call(ctx, method, body, &a, append([]string{"v1", "cluster", "members"}, path...)...)
	return a.Roster, err
}
