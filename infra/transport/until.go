package transport

import (
	"context"
	"errors"
	"time"
)

// Until says when a call is not worth waiting for any more. The zero value never
// does.
type Until struct {
	// Over ends a call when it is closed: at once while it certainly has not been
	// carried out, with ErrUnreachable.
	Over <-chan struct{}
	// Again lets Over end it also when it was sent, with ErrLost, if no answer comes
	// within a moment: the call can be repeated.
	Again bool
}

var errOver = errors.New("the call is over")

// moment is how long an answer may take to a call that is over. A peer that runs
// has it on its way, and that is better than a repetition.
const moment = 100 * time.Millisecond

// outlast goes on waiting for the answer to a call that is over. It returns why that
// has ended, nil when the answer is there.
func (w *callReply) outlast(ctx context.Context, again bool) error {
	var late <-chan time.Time
	if again {
		t := time.NewTimer(moment)
		defer t.Stop()
		late = t.C
	}
	select {
	case <-w.done:
		return nil
	case <-late:
		return errOver
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
