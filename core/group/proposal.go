package group

import (
	"context"

	"ursula/core/stream"
)

// proposal is a command on its way through a Batcher.
type proposal struct {
	command  *stream.Command
	followed *followed // nil when nobody follows it
	reply    Reply     // nil when its proposer waits
	result   stream.Result
	err      error
	done     chan struct{} // holds one token when result and err are set
}

// wait reports whether the answer is there. One that came is not given up
// because ctx ended as well.
func (p *proposal) wait(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// get returns a proposal from the pool. One whose proposer gave up is left to
// the garbage collector, because the batch still refers to it.
func (b *Batcher) get(c *stream.Command) *proposal {
	p, ok := b.pool.Get().(*proposal)
	if !ok {
		p = &proposal{done: make(chan struct{}, 1)}
	}
	p.command = c
	return p
}

func (b *Batcher) put(p *proposal) {
	p.command, p.followed, p.reply, p.result, p.err = nil, nil, nil, stream.Result{}, nil
	b.pool.Put(p)
}
