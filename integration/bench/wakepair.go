package bench

import (
	"context"
	"fmt"
	"time"
)

// wakePair is a reader and a writer of one stream.
type wakePair struct {
	reader, writer link
	path           string
	at             string // tail
	append         *call
	pause          time.Duration
	rec            *recorder
}

func (w Wake) pair(ctx context.Context, t Target, path string) (*wakePair, error) {
	p := &wakePair{path: path, pause: w.Pause, rec: newRecorder()}
	p.append = newCall(t, "POST", path, make([]byte, w.Payload), contentType(octets))
	var err error
	if p.reader, err = t.link(ctx); err != nil {
		return nil, err
	}
	if p.writer, err = t.link(ctx); err != nil {
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
	node := p.writer.draw()
	h, err := p.writer[node].exchange(p.append.to(node))
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
	reader := p.reader.any()
	poll := request("GET", reader.host, p.path+"?live=long-poll&offset="+p.at, nil)
	answered := make(chan error, 1)
	var done time.Time
	go func() {
		h, err := reader.exchange(poll)
		done = time.Now()
		if err == nil && h.status != 200 {
			err = fmt.Errorf("long-poll was answered %d", h.status)
		}
		answered <- err
	}()
	sleep(ctx, p.pause)
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
