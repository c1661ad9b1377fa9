package group

import "ursula/core/stream"

// Reply takes what became of a proposal whose proposer does not wait for it. Both
// methods are called once, by a goroutine that has others to serve: they must not
// wait.
type Reply interface {
	// Outcome takes the result, or an error as Propose returns it.
	Outcome(r stream.Result, err error)
	// Send is called when every proposal of the entry has its outcome, so that what
	// is said about them can go out together.
	Send()
}

// Begin queues a command, and has its outcome told to reply. After an error, which
// means that nothing happened, reply is not called. A proposal that nobody waits for
// needs no goroutine of its own.
func (b *Batcher) Begin(c *stream.Command, reply Reply) error {
	p := b.get(c)
	p.reply = reply
	first, err := b.enqueue(p)
	if err != nil {
		return err
	}
	if first {
		go b.run()
	}
	return nil
}

// answer hands out what became of a batch. A proposal whose proposer waits is the
// proposer's from then on.
func (b *Batcher) answer(batch []*proposal) {
	for _, p := range batch {
		if p.reply == nil {
			p.done <- struct{}{}
			continue
		}
		p.reply.Outcome(p.result, p.err)
		b.replies = append(b.replies, p.reply)
		b.put(p)
	}
	for _, r := range b.replies {
		r.Send()
	}
	clear(b.replies)
	b.replies = b.replies[:0]
}
