package cluster

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"ursula/integration/wire"
)

// reader reads whole streams, one after the other, each from the next node.
type reader struct {
	caller
	streams []*written
	last    map[string][]byte // content of each stream as it was read last
}

// run reads until ctx ends.
func (r *reader) run(ctx context.Context) {
	r.last = map[string][]byte{}
	tick := time.NewTicker(again)
	defer tick.Stop()
	for turn := 0; ctx.Err() == nil; turn++ {
		r.at = turn % len(r.nodes)
		if err := r.read(r.streams[turn%len(r.streams)]); err != nil {
			r.tally.failed(err)
			return
		}
		<-tick.C
	}
}

// read wants what this reader has had before, and at least what was acknowledged
// before the read began.
func (r *reader) read(w *written) error {
	acked := w.acked()
	reply, err := r.ask(context.Background(), "read "+w.stream, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.ReadAll(ctx, w.stream)
	})
	if err != nil {
		return err
	}
	who := fmt.Sprintf("node %d about %s", r.at+1, w.stream)
	if !bytes.HasPrefix(reply.Body, r.last[w.stream]) {
		return fmt.Errorf("%s: %d bytes do not begin with the %d that were read before", who, len(reply.Body), len(r.last[w.stream]))
	}
	r.last[w.stream] = reply.Body
	counts, err := account(reply.Body)
	for name, want := range acked {
		if err == nil && counts[name] < want {
			err = fmt.Errorf("%d lines of %s, %d were acknowledged before", counts[name], name, want)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", who, err)
	}
	return nil
}
