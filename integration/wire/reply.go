package wire

import (
	"context"
	"fmt"
	"net/http"
)

// Reply is a whole answer of the server.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK says whether the status is one of success.
func (r Reply) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Gone says that the server knows no such stream, or not any more.
func (r Reply) Gone() bool {
	return r.Status == http.StatusNotFound || r.Status == http.StatusGone
}

// Unsure says that the server failed, which tells nothing about the outcome.
func (r Reply) Unsure() bool { return r.Status >= 500 }

// Next is the offset after what the request wrote or read.
func (r Reply) Next() string { return r.Header.Get("Stream-Next-Offset") }

// Closed says that the stream is closed, and read to its end.
func (r Reply) Closed() bool { return r.Header.Get("Stream-Closed") == "true" }

// UpToDate says that nothing lay behind Next when the reply was made.
func (r Reply) UpToDate() bool { return r.Header.Get("Stream-Up-To-Date") == "true" }

func (r Reply) String() string { return fmt.Sprintf("%d %.200s", r.Status, r.Body) }

// ReadAll reads a stream page by page until it is up to date. The reply is the
// last page's with the whole content as its body; a page that is no success is
// returned as it is. A page that neither moves on nor ends is an error.
func (c *Client) ReadAll(ctx context.Context, stream string) (Reply, error) {
	var content []byte
	for offset := "-1"; ; {
		page, err := c.Read(ctx, stream, offset)
		if err != nil || !page.OK() {
			return page, err
		}
		content = append(content, page.Body...)
		if page.UpToDate() || page.Closed() {
			page.Body = content
			return page, nil
		}
		if page.Next() == offset {
			return page, fmt.Errorf("read %s: stuck at offset %s", stream, offset)
		}
		offset = page.Next()
	}
}
