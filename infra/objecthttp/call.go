package objecthttp

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"

	"ursula/core/bucket"
)

// call is one request.
type call struct {
	method, peer, key string

	body *outgoing // PUT
	size int64
	part span // GET
	into []byte
}

// reply is what came of a call.
type reply struct {
	header   http.Header
	received int // bytes of call.into, verified
}

// do makes a call and consumes the response. Errors wrap those of the port,
// ErrStalled, ErrDigest, *StatusError, or come from the connection; io.EOF is
// bare, as the port has it.
func (c *Client) do(ctx context.Context, call call) (reply, error) {
	if err := bucket.CheckKey(call.key); err != nil {
		return reply{}, err
	}
	ctx, w := watch(ctx, c.idle)
	defer w.stop()
	r, err := c.exchange(ctx, call, w)
	if err == nil || err == io.EOF {
		return r, err
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return reply{}, fmt.Errorf("%s %s: %w", call.method, call.key, err)
}

func (c *Client) exchange(ctx context.Context, call call, w *watcher) (reply, error) {
	request, err := call.request(ctx, w)
	if err != nil {
		return reply{}, err
	}
	defer call.body.wait()
	response, err := c.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	if err := refusal(response); err != nil {
		return reply{}, err
	}
	n, err := receive(response, call.into, w)
	return reply{header: response.Header, received: n}, err
}

func (call call) request(ctx context.Context, w *watcher) (*http.Request, error) {
	if call.body == nil {
		r, err := http.NewRequestWithContext(ctx, call.method, address(call.peer, call.key), nil)
		if err == nil && call.into != nil {
			r.Header.Set("Range", call.part.header())
		}
		return r, err
	}
	call.body.watcher = w
	r, err := http.NewRequestWithContext(ctx, call.method, address(call.peer, call.key), call.body)
	if err != nil {
		return nil, err
	}
	r.Header.Set(sizeHeader, strconv.FormatInt(call.size, 10))
	r.Header.Set("Expect", "100-continue")
	r.Trailer = call.body.trailer
	return r, nil
}

// receive reads a response's body into dst, of which it may leave a rest, and
// verifies it.
func receive(r *http.Response, dst []byte, w *watcher) (int, error) {
	if dst == nil {
		return 0, nil
	}
	body := incoming{r.Body, w}
	n, err := io.ReadFull(body, dst)
	if err == nil {
		_, err = io.ReadFull(body, make([]byte, 1))
	}
	switch err {
	case nil: // more than was asked for
		return 0, ErrDigest
	case io.EOF, io.ErrUnexpectedEOF: // without the trailer if it broke off
		sum := crc32.Checksum(dst[:n], castagnoli)
		return n, checkDigest(r.Trailer, sum)
	}
	return 0, err
}
