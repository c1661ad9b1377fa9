package forward

import (
	"context"
	"fmt"

	"ursula/core/group"
)

// ticket is a read's place in a call.
type ticket struct {
	*call
	place int
}

// errOver says that the answer is of no use any more.
var errOver = fmt.Errorf("%w: another node leads", group.ErrNoLeader)

// wait returns the answer. When that is late, it is waited for until over is closed or ctx
// ends: to look at these at once costs more than all the rest.
func (t ticket) wait(ctx context.Context, over <-chan struct{}) (a answer, err error) {
	<-t.soon
	select {
	case <-t.done:
		return t.read(), nil
	default:
	}
	select {
	case <-t.done:
		return t.read(), nil
	case <-over:
		return a, errOver
	case <-ctx.Done():
		return a, fmt.Errorf("%w: %w", group.ErrNoLeader, context.Cause(ctx))
	}
}

// promptly is wait that gives up when the answer is late.
func (t ticket) promptly() (a answer, there bool) {
	<-t.soon
	select {
	case <-t.done:
		return t.read(), true
	default:
		return a, false
	}
}

// read returns what was answered once the call is done: nothing is as good as a
// no, for a question changes nothing and may be put again.
func (t ticket) read() answer {
	if t.answer == nil {
		return answer{}
	}
	return decodeAnswer(t.answer[t.place*answerBytes:])
}
