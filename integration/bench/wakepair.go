package bench

import (
	"context"
	"fmt"
	"time"
)

// wakePair is a reader and a writer of one stream.
type wakePair struct {
	reader, writer *conn
	target         Target
	path           string
	at             string // tail
	append         []byte
	pause          time.Duration
	rec            *recorder
}

func (w Wake) pair(ctx context.Context, t Target, path string) (*wakePair, error) {
	p := &wakePair{target: t, path: path, pause: w.Pause, rec: newRecorder()}
	p.append = request("POST", t.addr, path, make([]byte, w.Payload), contentType(octets))
	var err error
	if p.reader, err = dial(ctx, t.addr); err != nil {
		return nil, err
	}
	if p.writer, err = dial(ctx, t.addr); err != nil {
		p.reader.close()
		return nil, err
	}
	if err := p.push(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// push appends, and keeps the tail.
func (p *wakePair) push() error {
	h, err := p.writer.exchange(p.append)
	if err == nil && (h.status/100 != 2 || h.next == "") {
		err = fmt.Errorf("append to %s: status %d, tail %q", p.path, h.status, h.next)
	}
	p.at = h.next
	return err
}

func (p *wakePair) close() {
	p.reader.close()
	p.writer.close()
}

// wake makes the reader wait, appends, and takes the time until the reader has its answer.
func (p *wakePair) wake(ctx context.Context) error {
	poll := request("GET", p.target.addr, p.path+"?live=long-poll&offset="+p.at, nil)
	answered := make(chan error, 1)
	var done time.Time
	go func() {
		h, err := p.reader.exchange(poll)
		done = time.Now()
		if err == nil && h.status != 200 {
			err = fmt.Errorf("long-poll was answered %d", h.status)
		}
		answered <- err
	}()
	wait(ctx, p.pause, func(time.Duration) {})
	start := time.Now()
	if err := p.push(); err != nil {
		return err
	}
	if err := <-answered; err != nil {
		return err
	}
	p.rec.done(0, done.Sub(start))
	return nil
}
