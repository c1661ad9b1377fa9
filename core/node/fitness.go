package node

import (
	"errors"
	"fmt"
	"sync"
)

// Room says how much free space the disk must have for the node to lead. Below Low
// it gives its groups away, and takes none before there is High again: with one mark,
// what it gave away would make the room to take it back.
type Room struct{ Low, High int64 }

// ErrRoom says that the marks are in the wrong order.
var ErrRoom = errors.New("free space: want 0 < low < high")

func (r Room) validate() error {
	if r != (Room{}) && (r.Low <= 0 || r.Low >= r.High) {
		return fmt.Errorf("%w, got %d and %d", ErrRoom, r.Low, r.High)
	}
	return nil
}

// roomFor is for a node that was told nothing: at Low there is space for the
// segment that is being prepared and the next one.
func roomFor(segment int64) Room { return Room{Low: 2 * segment, High: 4 * segment} }

// fitness is whether the node should lead.
type fitness struct {
	room Room

	mu    sync.Mutex
	unfit bool
}

// judge says why the node should not lead, "" if it may. refused is what the journal
// says to more work; its word counts whatever the disk says.
func (f *fitness) judge(refused error, free int64) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	need := f.room.Low
	if f.unfit {
		need = f.room.High
	}
	f.unfit = refused != nil || free < need
	switch {
	case refused != nil:
		return fmt.Sprintf("no room to write to: %v", refused)
	case f.unfit:
		return fmt.Sprintf("the disk has %d MiB free; it leads again at %d MiB", free>>20, f.room.High>>20)
	}
	return ""
}

// Unfit says why this node should not lead, "" if it may: a leader that cannot
// write holds everybody up, a follower nobody. It does not wait.
func (n *Node) Unfit() string {
	if n.logs == nil {
		return ""
	}
	free, err := n.options.FS.Free(n.options.Dir)
	if err != nil {
		free = n.fitness.room.High // it cannot be told; the journal will say when there is none
	}
	return n.fitness.judge(n.refusal(), free)
}

// refusal is what the journal says to more work.
func (n *Node) refusal() error {
	for _, g := range n.groups {
		if err := g.log.Reserve(1); err != nil {
			return err
		}
	}
	return nil
}
