package node

import "fmt"

// Unfit says why this node should not lead, "" if it may: a leader that cannot
// write holds everybody up, a follower nobody. It does not wait.
func (n *Node) Unfit() string {
	if n.logs == nil {
		return ""
	}
	for _, g := range n.groups {
		if err := g.log.Reserve(1); err != nil {
			return fmt.Sprintf("no room to write to: %v", err)
		}
	}
	return ""
}
