package node

import (
	"context"

	"ursula/core/group/raftgroup"
)

// silence gives all groups of a member another leader once one of them has found it
// silent for as long as the timers allow. Left to itself each group looks at random
// moments, up to three times as late; a host that hangs is silent to all. Where others hear
// from the member it was this node that hung, or is cut off (Suspect).
type silence struct{ members marks[string] }

func newSilence() *silence { return &silence{newMarks[string]()} }

// of says that a group has found a member silent. It never waits.
func (s *silence) of(id string) { s.members.mark(id) }

func (s *silence) run(ctx context.Context, n *Node) {
	timers := raftgroup.TimersFor(n.id.Groups)
	patience := timers.Heartbeat - timers.Contact() // another group's last heartbeat may have come so much later
	for {
		select {
		case <-s.members.kick:
		case <-ctx.Done():
			return
		}
		for id := range s.members.take() {
			n.Suspect(ctx, id, patience)
		}
	}
}
