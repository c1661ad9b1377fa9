package objecthttp

import (
	"context"
	"errors"
	"hash"
	"io"
	"net/http"
	"time"
)

// ErrStalled says that a call was given up because nothing moved.
var ErrStalled = errors.New("the peer makes no progress")

// watcher ends a call in which nothing moves.
type watcher struct {
	timer  *time.Timer
	idle   time.Duration
	cancel context.CancelCauseFunc
}

func watch(ctx context.Context, idle time.Duration) (context.Context, *watcher) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watcher{time.AfterFunc(idle, func() { cancel(ErrStalled) }), idle, cancel}
}

// moved notes progress.
func (w *watcher) moved() { w.timer.Reset(w.idle) }

func (w *watcher) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// incoming is the body of a response.
type incoming struct {
	from    io.Reader
	watcher *watcher
}

// Read implements io.Reader.
func (i incoming) Read(p []byte) (int, error) {
	i.watcher.moved()
	return i.from.Read(p)
}

// outgoing is the body of a PUT. It adds up the digest that follows it.
type outgoing struct {
	from    io.Reader
	sum     hash.Hash32
	trailer http.Header
	watcher *watcher
	closed  chan struct{}
}

func newOutgoing(from io.Reader) *outgoing {
	return &outgoing{from: from, sum: newDigest(), trailer: http.Header{digestHeader: nil}, closed: make(chan struct{})}
}

// Read implements io.Reader.
func (o *outgoing) Read(p []byte) (int, error) {
	o.watcher.moved()
	n, err := o.from.Read(p)
	o.sum.Write(p[:n])
	if err == io.EOF {
		o.trailer.Set(digestHeader, formatDigest(o.sum.Sum32()))
	}
	return n, err
}

// Close implements io.Closer. The transport calls it once.
func (o *outgoing) Close() error {
	close(o.closed)
	return nil
}

// wait returns when the transport reads no more, which may be after it answered.
func (o *outgoing) wait() {
	if o != nil {
		<-o.closed
	}
}
