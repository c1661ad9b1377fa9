package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ursula/core/group/raftgroup"
)

// ErrNoGroup says that there is no such group, or that it is not replicated.
var ErrNoGroup = errors.New("no such group")

// Digest sums up a group's state as this node has it, as of the first command whose
// index is at least from; if that does not come within patience, as it is then. It
// asks no other node and needs no leader.
func (n *Node) Digest(ctx context.Context, id uint32, from uint64, patience time.Duration) (raftgroup.Digest, error) {
	if int(id) >= len(n.groups) || n.groups[id].local == nil {
		return raftgroup.Digest{}, fmt.Errorf("%w: %d", ErrNoGroup, id)
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return n.groups[id].local.Digest(ctx, waiting, from)
}
