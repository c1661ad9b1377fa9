package forward

import (
	"context"
	"encoding/binary"
	"fmt"

	"ursula/core/group"
)

// Indexes ask leaders how far they are, on behalf of all groups of a node. Its
// methods may be called concurrently.
type Indexes struct{ askers *askers }

// NewIndexes returns indexes that are asked for through calls.
func NewIndexes(calls Caller) *Indexes {
	return &Indexes{newAskers(calls, MethodReadIndex, indexBytes)}
}

// indexBytes is a status, a position and the leader's clock.
const indexBytes = 1 + positionBytes + 8

// ask returns a position that covers what was acknowledged before the call, and
// the leader's clock in Unix milliseconds. term is the newest that this node
// knows of: it counts as this node's word that it has voted in no later one.
func (x *Indexes) ask(ctx context.Context, leader string, id uint32, term uint64) (group.Position, int64, error) {
	answers := make(chan answer, 1)
	x.askers.of(leader).add(question{group: id, term: term, answer: answers})
	select {
	case a := <-answers:
		return decodeIndex(leader, a.says)
	case <-ctx.Done():
		return group.Position{}, 0, fmt.Errorf("%w: %w", group.ErrNoLeader, context.Cause(ctx))
	}
}

func appendIndex(dst []byte, p group.Position, clock int64, err error) []byte {
	status := byte(statusDone)
	if err != nil {
		status = statusNoLeader
	}
	dst = appendPosition(append(dst, status), p)
	return binary.LittleEndian.AppendUint64(dst, uint64(clock))
}

// decodeIndex reads an answer. None is as good as a no: a question changes
// nothing, and may be asked again.
func decodeIndex(leader string, b []byte) (p group.Position, clock int64, err error) {
	switch {
	case len(b) == 0:
		return p, 0, fmt.Errorf("%w: node %s does not answer", group.ErrNoLeader, leader)
	case len(b) != indexBytes:
		return p, 0, errWire
	case b[0] != statusDone:
		return p, 0, fmt.Errorf("%w: node %s does not lead", group.ErrNoLeader, leader)
	}
	return decodePosition(b[1:]), int64(binary.LittleEndian.Uint64(b[1+positionBytes:])), nil
}
