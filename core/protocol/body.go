package protocol

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"os"
	"sync"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// body is a request body in memory, with its share of the budget.
type body struct {
	h      *Handler
	pace   pace
	data   []byte
	charge int64
}

// firstRead is the buffer for a body of unknown length, and firstClaim the most
// that a body of known length is charged before its bytes are here. Both double:
// a client that announces much and sends little holds little.
const (
	firstRead  = 4 << 10
	firstClaim = 64 << 10
)

// readBody reads the whole body of r. The caller releases it, also after an
// error.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (*body, error) {
	b := &body{h: h, pace: newPace(w, h.opts.BodyPause)}
	switch {
	case r.ContentLength == 0:
		return b, nil
	case r.ContentLength > h.opts.MaxBody:
		return b, errBodyTooLong
	case r.ContentLength > 0:
		return b, b.readExactly(r, int(r.ContentLength))
	}
	return b, b.readAll(r)
}

func (b *body) readExactly(r *http.Request, n int) error {
	if n <= firstClaim {
		if err := b.grow(r.Context(), n); err != nil {
			return err
		}
	}
	for len(b.data) < n {
		if len(b.data) == cap(b.data) {
			if err := b.grow(r.Context(), min(n, max(firstClaim, 2*cap(b.data)))); err != nil {
				return err
			}
		}
		if err := b.readMore(r, n); err != nil {
			return err
		}
	}
	return b.pace.end()
}

// readMore reads what there is, up to n bytes of body in all. It must not see
// io.EOF before the last one.
func (b *body) readMore(r *http.Request, n int) error {
	if err := b.pace.next(); err != nil {
		return err
	}
	got, err := r.Body.Read(b.data[len(b.data):min(n, cap(b.data))])
	b.data = b.data[:len(b.data)+got]
	if err != nil && len(b.data) < n {
		return broken(err)
	}
	return nil
}

// readAll reads a body whose length the client did not say. It must see io.EOF:
// any other end, io.ErrUnexpectedEOF too, means that something is missing.
func (b *body) readAll(r *http.Request) error {
	for {
		if len(b.data) == cap(b.data) {
			if err := b.grow(r.Context(), max(firstRead, 2*cap(b.data))); err != nil {
				return err
			}
		}
		if err := b.pace.next(); err != nil {
			return err
		}
		n, err := r.Body.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case int64(len(b.data)) > b.h.opts.MaxBody:
			return errBodyTooLong
		case err == io.EOF:
			return b.pace.end()
		case err != nil:
			return broken(err)
		}
	}
}

// broken is why a body could not be read to its end.
func broken(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errBodySlow
	}
	return fmt.Errorf("%w: %w", errBodyBroken, err)
}

// frameJSON replaces the data by its stored form.
func (b *body) frameJSON(ctx context.Context, allowEmpty bool) error {
	if err := b.take(ctx, int64(len(b.data))); err != nil {
		return err
	}
	framed, err := stream.FrameJSON(b.h.buffers.get(len(b.data)+64), b.data, allowEmpty)
	if err != nil {
		return err
	}
	b.h.buffers.put(b.data)
	b.data = framed
	return nil
}

// grow moves the data to a buffer of at least size bytes.
func (b *body) grow(ctx context.Context, size int) error {
	if err := b.take(ctx, int64(size)-b.charge); err != nil {
		return err
	}
	larger := b.h.buffers.get(size)
	larger = append(larger, b.data...)
	b.h.buffers.put(b.data)
	b.data = larger
	return nil
}

// take waits for n bytes of the budget, first come first served, up to
// Options.BodyWait.
func (b *body) take(ctx context.Context, n int64) error {
	n = min(n, b.h.opts.InFlight-b.charge)
	if !b.h.bodies.TryAcquire(n) {
		ctx, cancel := context.WithTimeout(ctx, b.h.opts.BodyWait)
		defer cancel()
		if b.h.bodies.Acquire(ctx, n) != nil {
			return fmt.Errorf("%w: too many request bodies in flight", store.ErrUnavailable)
		}
	}
	b.charge += n
	return nil
}

// release gives the budget back, and the memory too unless somebody may still
// use it.
func (b *body) release(reuse bool) {
	if b.charge > 0 {
		b.h.bodies.Release(b.charge)
		b.charge = 0
	}
	if reuse {
		b.h.buffers.put(b.data)
	}
	b.data = nil
}

// Buffers come in powers of two between these sizes; larger ones are not kept.
const (
	smallestBuffer = 10 // log2 of bytes
	largestBuffer  = 20
)

// buffers keeps byte slices for reuse, by size.
type buffers struct {
	pools [largestBuffer - smallestBuffer + 1]sync.Pool
}

// get returns an empty slice with room for n bytes.
func (b *buffers) get(n int) []byte {
	class := max(bits.Len(uint(max(n, 1)-1)), smallestBuffer)
	if class > largestBuffer {
		return make([]byte, 0, n)
	}
	if p, ok := b.pools[class-smallestBuffer].Get().(*[]byte); ok {
		return (*p)[:0]
	}
	return make([]byte, 0, 1<<class)
}

// put takes a slice that nobody uses any more. One that get did not make is
// left to the garbage collector.
func (b *buffers) put(p []byte) {
	class := bits.Len(uint(cap(p))) - 1
	if class < smallestBuffer || class > largestBuffer || cap(p) != 1<<class {
		return
	}
	b.pools[class-smallestBuffer].Put(&p)
}
