package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// Client speaks to the first of several nodes that answers. Every request may be
// repeated, so it goes to the next node also when the outcome at one is unknown.
// Methods may be called concurrently.
type Client struct {
	addresses []*url.URL
	http      *http.Client
	pause     time.Duration // between two looks at the status
}

// attempt is how long one node has for its answer.
const attempt = 15 * time.Second

// NewClient returns a client of nodes given by their admin URLs, such as
// http://127.0.0.1:4438.
func NewClient(addresses ...string) (*Client, error) {
	c := &Client{http: &http.Client{Timeout: attempt}, pause: 500 * time.Millisecond}
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

// call asks one node after the other until one gives an answer that the others
// would give too.
func (c *Client) call(ctx context.Context, method string, body, into any, path ...string) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	failed := ErrUnreachable
	for _, a := range c.addresses {
		err := c.send(ctx, method, a.JoinPath(path...), encoded, into)
		if p := new(Problem); err == nil || errors.As(err, &p) && p.Status < http.StatusInternalServerError {
			return err
		}
		failed = fmt.Errorf("%w; %w", failed, err)
	}
	return failed
}

func (c *Client) send(ctx context.Context, method string, to *url.URL, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", to, err)
	case resp.StatusCode >= http.StatusBadRequest:
		return newProblem(resp.StatusCode, answer)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	return nil
}

// maxAnswer is more than the status of a cluster of 65536 groups, in bytes.
const maxAnswer = 32 << 20

func newProblem(status int, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Detail == "" {
		p.Detail = fmt.Sprintf("the server answers %d %s", status, http.StatusText(status))
	}
	p.Status = status
	return p
}
