package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// patient is a client that asks another node when one does not answer, for one goroutine.
type patient struct {
	target   Target
	conns    []*conn // nil: not connected
	repeated *atomic.Int64
}

// Times of a patient client. A pause is short enough to matter little in an outage, and
// long enough that asking again is not a load of its own.
const (
	attemptLimit  = 5 * time.Second
	patienceLimit = 30 * time.Second
	patientPause  = 10 * time.Millisecond
)

func newPatient(t Target, repeated *atomic.Int64) *patient {
	return &patient{target: t, conns: make([]*conn, len(t.nodes)), repeated: repeated}
}

func (p *patient) close() {
	for node := range p.conns {
		p.drop(node)
	}
}

func (p *patient) drop(node int) {
	if p.conns[node] != nil {
		p.conns[node].close()
		p.conns[node] = nil
	}
}

// ask makes attempts on nodes drawn at random until one is answered well. It returns
// when that attempt began. Its error is final: a refusal that no retry can change, wrong
// bytes, or the end of ctx or of patience.
func (p *patient) ask(ctx context.Context, attempt func(c *conn, node int) (head, error)) (begun time.Time, err error) {
	for start := time.Now(); ; p.repeated.Add(1) {
		node := link(p.conns).draw()
		begun = time.Now()
		h, err := p.attempt(ctx, node, attempt)
		if err == nil && h.status >= 500 {
			err = fmt.Errorf("status %d", h.status)
		}
		switch {
		case ctx.Err() != nil:
			return begun, ctx.Err()
		case errors.Is(err, errForged):
			return begun, err
		case err == nil && h.status/100 == 2:
			return begun, nil
		case err == nil:
			return begun, fmt.Errorf("status %d", h.status)
		case time.Since(start) > patienceLimit:
			return begun, fmt.Errorf("not served for %v: %w", patienceLimit, err)
		}
		sleep(ctx, patientPause)
	}
}

// attempt connects if need be. A connection that fails is not used again.
func (p *patient) attempt(ctx context.Context, node int, do func(c *conn, node int) (head, error)) (head, error) {
	if p.conns[node] == nil {
		c, err := p.target.dial(ctx, node)
		if err != nil {
			return head{}, err
		}
		p.conns[node] = c
	}
	c := p.conns[node]
	_ = c.net.SetDeadline(time.Now().Add(attemptLimit))
	defer context.AfterFunc(ctx, func() { _ = c.net.SetDeadline(time.Now()) })()
	h, err := do(c, node)
	if err != nil || h.closes {
		p.drop(node)
	}
	return h, err
}
