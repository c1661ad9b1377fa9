package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// request is one HTTP request to the stream.
type request struct {
	op     string // for errors
	method string
	query  url.Values
	header http.Header
	body   io.Reader
}

// send sends r once. It returns a response of status 2xx, whose body the caller closes, or an error.
func (s *Stream) send(ctx context.Context, r request) (*http.Response, error) {
	u := *s.url
	if len(r.query) > 0 {
		u.RawQuery = r.query.Encode() // sorted by name, as caches like it
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), r.body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.op, s.url, err)
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op, err)
	}
	if resp.StatusCode/100 != 2 {
		defer resp.Body.Close()
		return nil, refusal(r.op, s.url.String(), resp)
	}
	return resp, nil
}

// roundTrip sends r once and drops the response's body.
func (s *Stream) roundTrip(ctx context.Context, r request) (http.Header, int, error) {
	resp, err := s.send(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", r.op, err)
	}
	return resp.Header, resp.StatusCode, nil
}
