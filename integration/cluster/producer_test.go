package cluster

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"ursula/integration/wire"
)

const (
	// lineBytes is the size of a producer's line.
	lineBytes = 250
	// beat is how often a producer writes.
	beat = 5 * time.Millisecond
)

// producer appends numbered lines to a stream that others write to as well, each with
// the headers by which a repetition is known.
type producer struct {
	caller
	name   string
	stream string
	acked  atomic.Int64 // lines that were acknowledged
}

// run writes until ctx ends. The line that is under way then is finished.
func (p *producer) run(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := p.append(); err != nil {
			p.tally.failed(err)
			return
		}
		<-tick.C
	}
}

func (p *producer) append() error {
	seq := int(p.acked.Load())
	line := numbered(p.name, seq)
	_, err := p.ask(context.Background(), fmt.Sprintf("line %d of %s", seq, p.name),
		func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
			return node.Append(ctx, p.stream, line, wire.Producer(p.name, 0, seq)...)
		})
	if err == nil {
		p.acked.Add(1)
	}
	return err
}

func numbered(name string, seq int) []byte {
	line := fmt.Appendf(nil, "%s %d ", name, seq)
	return append(append(line, bytes.Repeat([]byte{'.'}, lineBytes-len(line)-1)...), '\n')
}

// account counts the lines of each producer. All must be whole, there once, and in
// the order in which they were written.
func account(content []byte) (map[string]int64, error) {
	counts := map[string]int64{}
	for line := range bytes.Lines(content) {
		parts := bytes.SplitN(line, []byte{' '}, 3)
		if len(parts) != 3 || len(line) != lineBytes {
			return nil, fmt.Errorf("a line is torn: %q", line)
		}
		name := string(parts[0])
		if seq, err := strconv.ParseInt(string(parts[1]), 10, 64); err != nil || seq != counts[name] {
			return nil, fmt.Errorf("%s: %q comes after %d lines (%v)", name, parts[1], counts[name], err)
		}
		counts[name]++
	}
	return counts, nil
}
