package node

import (
	"fmt"

	"ursula/core/group"
	"ursula/core/stream"
)

// BeginHere implements forward.Node.
func (n *Node) BeginHere(id uint32, c *stream.Command, reply group.Reply) error {
	a := &arrival{Reply: reply, node: n, member: n.groups[id], command: c, size: int64(len(c.Data))}
	if err := n.reserveHot(a.size); err != nil {
		return fmt.Errorf("%w: %w", group.ErrOverloaded, err)
	}
	a.member.load.bytes.Add(a.size + entryOverhead)
	c.Now = n.now()
	err := a.member.local.Begin(c, a)
	if err != nil {
		a.leave()
	}
	return err
}

// arrival is a command of another node that is charged to this one's memory and
// journal until its outcome is known.
type arrival struct {
	group.Reply
	node    *Node
	member  *member
	command *stream.Command
	size    int64
}

func (a *arrival) leave() {
	a.member.load.bytes.Add(-a.size - entryOverhead)
	a.node.arriving.Add(-a.size)
}

// Outcome implements group.Reply.
func (a *arrival) Outcome(r stream.Result, err error) {
	a.leave()
	a.node.proposed(a.command, r, err)
	a.Reply.Outcome(r, err)
}
