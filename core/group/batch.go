package group

import (
	"fmt"

	"ursula/core/stream"
)

// take removes the next batch from the queue, which is not empty.
func (b *Batcher) take() []*proposal {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, size := 0, 0
	for n < len(b.queue) && n < maxBatchCommands {
		c := b.queue[n].command
		if size += weight(c); n > 0 && size > b.limit {
			break
		}
		b.bytes -= len(c.Data)
		n++
	}
	if n == len(b.queue) {
		batch := b.queue
		b.queue = nil
		return batch
	}
	batch := b.queue[:n:n]
	b.queue = b.queue[n:]
	return batch
}

// weight is about how many bytes of an entry a command takes.
func weight(c *stream.Command) int {
	return len(c.Data) + len(c.Name) + len(c.Producer.ID) + len(c.Seq) + commandOverhead
}

// commandOverhead is what a command takes beside its data and names.
const commandOverhead = 128

func (b *Batcher) carryOut(batch []*proposal) {
	s := b.begin(batch)
	entry := encode(batch)
	if s != nil {
		s.entry = entry
		b.under.Store(s)
	}
	results, err := b.submit(entry)
	if s != nil {
		b.under.Store(nil)
	}
	if err == nil && len(results) != len(batch) {
		err = fmt.Errorf("%w: %d results for %d commands", ErrUnknownOutcome, len(results), len(batch))
	}
	for i, p := range batch {
		if p.err = err; err == nil {
			p.result = results[i]
			p.followed.reached(s)
		}
	}
	b.answer(batch)
}

// encode makes a new buffer for each entry: the log keeps it, and what is
// decoded from it shares it.
func encode(batch []*proposal) []byte {
	size := 1
	for _, p := range batch {
		size += weight(p.command)
	}
	entry := stream.BeginBatch(make([]byte, 0, size))
	for _, p := range batch {
		entry = stream.AppendToBatch(entry, p.command)
	}
	return entry
}
