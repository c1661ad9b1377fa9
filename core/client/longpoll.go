package client

import (
	"context"
	"io"
	"net/http"
)

// longPoll waits for one answer. A 204 carries nothing, so that it does not move the
// reader either, whatever tail it names: bytes may have arrived as it was written.
func (f *follower) longPoll(ctx context.Context) error {
	resp, err := f.stream.send(ctx, request{
		op: "tail", method: http.MethodGet, query: f.query("long-poll"),
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	cursor := resp.Header.Get(headerCursor)
	if resp.StatusCode == http.StatusNoContent {
		return f.deliver(Batch{Next: f.at, UpToDate: true, Closed: says(resp.Header, headerClosed)}, cursor)
	}
	b, err := f.stream.batch(resp)
	if err == nil && b.Next == f.at && !b.Closed {
		err = io.ErrNoProgress // tried again after a pause, or the reader would spin
	}
	if err != nil {
		return err
	}
	return f.deliver(b, cursor)
}
