package transport

import (
	"sync"

	"ursula/infra/transport/wire"
)

// waiter waits for the answer to one request. Exactly one of its methods is
// called, once, on a goroutine that must not be held up.
type waiter interface {
	// answered is given a body that is lent for the call, unless owned.
	answered(m message)
	// lost is given the reason why there will be no answer.
	lost(cause error)
}

// pending holds those who wait for answers on one connection. Ids are never used
// again there; so an answer that nobody waits for is a late one, and is dropped.
type pending struct {
	mu   sync.Mutex
	last uint64
	of   map[uint64]awaited
	err  error
}

type awaited struct {
	waiter waiter
	until  uint64 // tick of the connection's pulse; 0 for no limit
}

func newPending() *pending { return &pending{of: map[uint64]awaited{}} }

func (p *pending) add(w waiter, until uint64) (id uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.last++
	p.of[p.last] = awaited{w, until}
	return p.last, nil
}

// remove returns whether the waiter was still there, so that it will not be
// called any more.
func (p *pending) remove(id uint64) bool { return p.claim(id) != nil }

func (p *pending) claim(id uint64) waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.of[id].waiter
	delete(p.of, id)
	return w
}

// receive hands an answer to whoever waits for it.
func (p *pending) receive(m message) error {
	if !m.Kind.IsAnswer() {
		return wire.ErrMalformed
	}
	if w := p.claim(m.ID); w != nil {
		w.answered(m)
	}
	return nil
}

// expire ends the wait of those whose time was up before tick.
func (p *pending) expire(tick uint64, cause error) {
	for _, w := range p.take(func(a awaited) bool { return a.until != 0 && a.until < tick }) {
		w.lost(cause)
	}
}

// fail ends every wait, now and from now on.
func (p *pending) fail(cause error) {
	p.mu.Lock()
	p.err = unreachable(cause)
	p.mu.Unlock()
	for _, w := range p.take(func(awaited) bool { return true }) {
		w.lost(cause)
	}
}

func (p *pending) take(which func(awaited) bool) (taken []waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, a := range p.of {
		if which(a) {
			taken = append(taken, a.waiter)
			delete(p.of, id)
		}
	}
	return taken
}
