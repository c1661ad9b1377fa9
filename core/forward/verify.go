package forward

import (
	"context"
	"fmt"

	"ursula/core/group"
)

// Verify returns nil once need of the others have said, after the call, that they
// know of no later term of the group than term, in which this node leads. Only as
// many are asked as have to agree, the first ones but for those that were silent lately;
// all are asked when one of these does not agree or takes long.
func (q *Questions) Verify(ctx context.Context, id uint32, term uint64, others []string, need int) error {
	var places [4]ticket
	asked := places[:0]
	for i := 0; i < len(others) && len(asked) < need; i++ {
		if to := q.of(votesOf(others, i)); !to.avoided() {
			asked = append(asked, to.ask(id))
		}
	}
	agreed := 0
	for _, t := range asked {
		if a, there := t.promptly(); there && t.confirms(a, term) {
			agreed++
		}
	}
	if agreed >= need {
		return nil
	}
	return q.verifyAll(ctx, id, term, others, need)
}

// votesOf is where a leader asks one of the others. Among three voters a follower's
// question is answered at once, and a leader's can share its call. Among more, its
// answer may wait for leaders' questions: were they in the same queue, nodes could
// wait for each other in a circle.
func votesOf(others []string, turn int) queue {
	return queue{peer: others[turn], vote: len(others) > 2}
}

// verifyAll asks everybody.
func (q *Questions) verifyAll(ctx context.Context, id uint32, term uint64, others []string, need int) error {
	agreed := make(chan bool, len(others))
	for i := range others {
		t := q.ask(votesOf(others, i), id)
		go func() {
			a, err := t.wait(ctx, nil)
			agreed <- err == nil && t.confirms(a, term)
		}()
	}
	for range others {
		if <-agreed {
			need--
		}
		if need <= 0 {
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %d more of %d nodes had to agree", group.ErrNoLeader, need, len(others))
}

// confirms reports whether an answer is to a question of term, and a yes: when the
// call began in a later term, this node does not lead in term any more.
func (t ticket) confirms(a answer, term uint64) bool { return a.agrees && t.terms[t.place] == term }
