package transport

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// pipeline sends AppendEntries without waiting for each answer, on one
// connection. Futures are consumed in the order in which they were sent.
//
// A future whose answer was lost is not consumed: Raft would count it as a
// contact with the follower. It ends with an error, and so does the next
// AppendEntries.
type pipeline struct {
	g     *Group
	c     *conn
	slots chan struct{} // an element for each future in queue
	out   chan raft.AppendFuture
	ended chan struct{} // closed when err is set

	mu      sync.Mutex
	queue   []*future // not yet in out
	handing bool      // a goroutine puts into out
	err     error
	known   known
	sent    sent
	sending bool    // Raft's last request is not in the outbox yet
	ahead   *future // in queue, and not yet asked for by Raft
}

func newPipeline(g *Group, c *conn) *pipeline {
	p := &pipeline{
		g: g, c: c, slots: make(chan struct{}, maxInflight),
		out: make(chan raft.AppendFuture, maxInflight), ended: make(chan struct{}),
	}
	g.lead(p)
	return p
}

// AppendEntries implements raft.AppendPipeline. It waits while too many requests
// are unanswered. As with Group.AppendEntries, args may lose something.
func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	trim(args)
	if f := p.adopt(args); f != nil {
		return f, nil
	}
	select {
	case p.slots <- struct{}{}:
	case <-p.ended:
		return nil, p.err
	}
	f := &future{p: p, start: time.Now(), args: args, resp: resp}
	f.done.Add(1)
	if p.repeats(args) {
		<-p.slots
		f.finish(nil)
		return f, nil
	}
	if err := p.send(f); err != nil {
		p.end(err)
		return nil, p.err
	}
	return f, nil
}

func (p *pipeline) send(f *future) (err error) {
	if err := p.push(f); err != nil {
		return err
	}
	h := wire.Header{Kind: wire.AppendEntries, Group: p.g.id, ID: f.id}
	err = p.c.sendMessage(h, ordered, f.args, p.ended)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sending = false
	return err
}

func (p *pipeline) push(f *future) (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	p.sent, p.sending = sent{f.args.RPCHeader, after(f.args)}, true
	return p.enqueue(f)
}

func (p *pipeline) enqueue(f *future) (err error) {
	f.id, err = p.c.waiting.add(f, p.c.pulse.deadline(p.g.t.options.Timeout))
	if err == nil {
		p.queue = append(p.queue, f)
	}
	return err
}

// Consumer implements raft.AppendPipeline.
func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.out }

// Close implements raft.AppendPipeline. Answers that come later are dropped.
func (p *pipeline) Close() error {
	p.end(raft.ErrPipelineShutdown)
	return nil
}

func (p *pipeline) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	p.err = err
	p.g.leave(p)
	close(p.ended)
	for _, f := range p.queue {
		if p.c.waiting.remove(f.id) {
			f.finish(err)
		}
	}
}

// deliver notes that a future is ready. It runs on the connection's reader, and
// leaves what Raft lags behind with to a goroutine.
func (p *pipeline) deliver(f *future) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.ready = true
	if f.err == nil {
		p.known.answered(f.args, f.resp)
	}
	p.handOver()
}

// handOver puts what is ready into out, in order.
func (p *pipeline) handOver() {
	for !p.handing && p.first() != nil {
		select {
		case p.out <- p.queue[0]:
			p.pop()
		default:
			p.handing = true
			go p.hand()
		}
	}
}

// first returns the future to be consumed next, nil while it is not ready, or not
// asked for.
func (p *pipeline) first() *future {
	if p.err == nil && len(p.queue) > 0 && p.queue[0].ready && p.queue[0] != p.ahead {
		return p.queue[0]
	}
	return nil
}

func (p *pipeline) pop() {
	p.queue[0] = nil
	if p.queue = p.queue[1:]; len(p.queue) == 0 {
		p.queue = nil
	}
	<-p.slots
}

func (p *pipeline) hand() {
	for f := p.next(false); f != nil; f = p.next(true) {
		select {
		case p.out <- f:
		case <-p.ended:
			return
		}
	}
}

// next removes the future that was handed over, and returns the one after it.
func (p *pipeline) next(handed bool) *future {
	p.mu.Lock()
	defer p.mu.Unlock()
	if handed {
		p.pop()
	}
	f := p.first()
	p.handing = f != nil
	return f
}
