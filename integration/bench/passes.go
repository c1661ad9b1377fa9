package bench

import (
	"context"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"time"
)

// newSum uses the polynomial that processors compute, so that checking costs little.
func newSum() hash.Hash32 { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// fill creates a stream of size bytes that do not repeat, and returns their sum.
func fill(ctx context.Context, t Target, path string, size, chunk int) (sum uint32, err error) {
	c, err := t.dial(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if err := expect(c, request("PUT", c.host, path, nil, contentType(octets))); err != nil {
		return 0, err
	}
	bytes := rand.NewChaCha8([32]byte{})
	whole := newSum()
	for left := size; left > 0 && ctx.Err() == nil; left -= chunk {
		body := make([]byte, min(chunk, left))
		_, _ = bytes.Read(body)
		_, _ = whole.Write(body)
		if err := expect(c, request("POST", c.host, path, body, contentType(octets))); err != nil {
			return 0, err
		}
	}
	return whole.Sum32(), ctx.Err()
}

// passes reads a stream from its start to its tail, many times.
type passes struct {
	link   link
	target Target
	path   string
	size   int
	want   uint32
	rec    *recorder
	pages  int // of the last pass
}

// measure makes whole passes until the time is over, so that CPU per pass is exact.
func (p *passes) measure(ctx context.Context, opts Options) (spent, error) {
	if err := p.until(ctx, opts, time.Now().Add(opts.Warmup), "warming up"); err != nil {
		return spent{}, err
	}
	p.rec.open.Store(true)
	m := startMeter(p.target)
	err := p.until(ctx, opts, time.Now().Add(opts.Duration), "reading")
	return m.read(), err
}

func (p *passes) until(ctx context.Context, opts Options, end time.Time, what string) error {
	said := time.Now()
	for n := 1; ctx.Err() == nil && time.Now().Before(end); n++ {
		start := time.Now()
		if err := p.pass(); err != nil {
			return fmt.Errorf("catch up on %s: %w", p.target.Name, err)
		}
		p.rec.done(0, time.Since(start))
		if time.Since(said) >= progressEvery {
			said = time.Now()
			opts.progress("catchup %s: %s, %d passes", p.target.Name, what, n)
		}
	}
	return nil
}

// pass reads the stream once and checks it.
func (p *passes) pass() error {
	sum := newSum()
	var got int64
	p.pages = 0
	for at := "-1"; ; {
		h, n, err := p.page(at, sum)
		if err != nil {
			return err
		}
		got += n
		p.pages++
		if h.atTail {
			break
		}
		if h.next == "" || h.next == at {
			return fmt.Errorf("page at %s leads to %q", at, h.next)
		}
		at = h.next
	}
	if got != int64(p.size) || sum.Sum32() != p.want {
		p.rec.fail(0, "read other bytes than were written")
	}
	return nil
}

func (p *passes) page(at string, into io.Writer) (head, int64, error) {
	c := p.link.any()
	if _, err := c.net.Write(request("GET", c.host, p.path+"?offset="+at, nil)); err != nil {
		return head{}, 0, err
	}
	h, err := c.receive()
	if err != nil {
		return h, 0, err
	}
	n, err := io.Copy(into, c.body(h))
	if err == nil && h.status != 200 {
		err = fmt.Errorf("page at %s: status %d", at, h.status)
	}
	return h, n, err
}
