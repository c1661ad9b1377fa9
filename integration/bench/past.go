package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// past is a few streams that were written before the first kill. Only their beginning
// is read, which lies below the tail and which any node may serve that has it.
type past struct {
	target Target
	run    string
	want   []byte
}

const (
	pastStreams = 8
	pastSize    = 3 << 20               // more than a server puts into one page
	pastPause   = 50 * time.Millisecond // of a reader between two reads
)

// errForged is a read that returned other bytes than were written.
var errForged = errors.New("read other bytes than were written")

func writePast(ctx context.Context, t Target) (past, error) {
	p := past{target: t, run: runName(), want: make([]byte, pastSize)}
	_, _ = rand.NewChaCha8([32]byte{}).Read(p.want)
	err := forEach(ctx, t, pastStreams, func(c *conn, i int) error {
		if err := expect(c, request("PUT", c.host, t.streamPath(p.run, i), nil, contentType(octets))); err != nil {
			return err
		}
		return expect(c, request("POST", c.host, t.streamPath(p.run, i), p.want, contentType(octets)))
	})
	return p, err
}

// read reads one stream's first page and checks it.
func (p past) read(c *conn, i int) (head, error) {
	path := p.target.streamPath(p.run, i%pastStreams) + "?offset=-1"
	if _, err := c.net.Write(request("GET", c.host, path, nil)); err != nil {
		return head{}, err
	}
	h, err := c.receive()
	if err != nil {
		return h, err
	}
	if h.status != 200 {
		return h, c.skip(h)
	}
	same := &comparison{want: p.want}
	switch n, err := io.Copy(same, c.body(h)); {
	case err != nil:
		return h, err
	case n == 0:
		return h, fmt.Errorf("%w: none", errForged)
	}
	return h, nil
}

// comparison is a writer that takes nothing but the bytes it wants.
type comparison struct{ want []byte }

func (c *comparison) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(c.want, p) {
		return 0, errForged
	}
	c.want = c.want[len(p):]
	return len(p), nil
}
