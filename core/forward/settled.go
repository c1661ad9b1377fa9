package forward

import (
	"context"
	"time"
)

// settled reports whether this replica is current by the word of one other voter, the
// leader or not: where both logs end, and all is applied, nothing more was acknowledged.
// While a write is under way it is not, and the leader has to be asked.
//
// A node that does not know its leader's clock asks that one first. Afterwards it goes by
// what it has learned: whatever it takes to be expired by it, it asks the leader about. Patience
// bounds the wait for this replica when the voter turns out to lead.
func (e *Engine) settled(ctx context.Context, patience time.Duration) bool {
	if e.skew.Load() == nil {
		return false
	}
	for _, voter := range e.Local.Partners() {
		to := e.questions.of(queue{peer: voter})
		if to.avoided() {
			continue
		}
		switch a, there := to.ask(e.id).promptly(); {
		case there && a.leads:
			return e.follow(ctx, voter, a, patience) == nil
		case there && a.tells:
			return e.Local.Covers(voter, a.end)
		}
		e.Local.Doubt()
	}
	return false
}
