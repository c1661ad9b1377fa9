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
)

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
	var failed error
	verdict := ErrUnreachable
	for _, a := range c.addresses {
		err := c.send(ctx, method, a.JoinPath(path...), encoded, into)
		p := new(Problem)
		if err == nil || errors.As(err, &p) && p.Status < http.StatusInternalServerError {
			return err
		}
		if p.Status != 0 {
			verdict = ErrUnavailable
		}
		if failed == nil {
			failed = err
		} else {
			failed = fmt.Errorf("%w; %w", failed, err)
		}
	}
	return fmt.Errorf("%w: %w", verdict, failed)
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
