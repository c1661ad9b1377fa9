package stream

import (
	"slices"
	"strings"
)

type verdict int

const (
	fresh     verdict = iota // may be appended unless the error says otherwise
	duplicate                // was appended before
	stale                    // belongs to an epoch that was fenced off
)

// producerRetention is how long an idle producer is kept, in milliseconds, when
// the table is full. Below the limit producers are kept for as long as the
// stream.
const producerRetention = 7 * 24 * 60 * 60 * 1000

// check validates a tuple against what is known (PROTOCOL.md 5.2.1). A nil
// receiver is a producer that the stream has not seen.
func (p *producer) check(t Producer) (verdict, error) {
	switch {
	case p == nil:
		if t.Seq != 0 {
			return fresh, &ProducerError{Epoch: t.Epoch, Received: t.Seq, Err: ErrSequenceGap}
		}
	case t.Epoch < p.epoch:
		return stale, &ProducerError{Epoch: p.epoch, Received: t.Seq, Err: ErrStaleEpoch}
	case t.Epoch > p.epoch:
		if t.Seq != 0 {
			return fresh, &ProducerError{Epoch: p.epoch, Received: t.Seq, Err: ErrEpochStart}
		}
	case t.Seq <= p.seq:
		return duplicate, nil
	case t.Seq > p.seq+1:
		return fresh, &ProducerError{
			Epoch: p.epoch, Expected: p.seq + 1, Received: t.Seq, Err: ErrSequenceGap,
		}
	}
	return fresh, nil
}

func (p *producer) accept(t Producer, next uint64, now int64) {
	p.epoch, p.seq, p.next, p.used = t.Epoch, t.Seq, next, now
}

// tuple is the last one accepted. It shares nothing with a log entry.
func (p *producer) tuple() Producer { return Producer{ID: p.id, Epoch: p.epoch, Seq: p.seq} }

func (s *state) producer(id string) *producer {
	for i := range s.producers {
		if s.producers[i].id == id {
			return &s.producers[i]
		}
	}
	return nil
}

// addProducer makes an entry for the command's producer, if need be in the
// place of the one that was idle longest, and returns nil when all are in use.
func (s *state) addProducer(c *Command) *producer {
	limit := c.Limits.Producers
	if limit <= 0 {
		limit = DefaultMaxProducers
	}
	if len(s.producers) >= limit {
		oldest := slices.MinFunc(s.producers, func(a, b producer) int {
			return int(min(max(a.used-b.used, -1), 1))
		})
		if c.Now-oldest.used < producerRetention {
			return nil
		}
		s.producers = slices.DeleteFunc(s.producers, func(p producer) bool { return p.id == oldest.id })
	}
	s.producers = append(s.producers, producer{id: strings.Clone(c.Producer.ID)})
	return &s.producers[len(s.producers)-1]
}
