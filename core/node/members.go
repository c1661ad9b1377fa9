package node

import (
	"context"
	"fmt"

	"ursula/core/group"
	"ursula/core/group/raftgroup"
	"ursula/core/stream"
)

// The members of a cluster are a record of group 0, which every node has.
const (
	membersGroup = 0
	membersKey   = "cluster/members"
)

// Members returns the members' record, linearizably. Version 0 means that there
// is none yet.
func (n *Node) Members(ctx context.Context) (value []byte, version uint64, err error) {
	if err := n.groups[membersGroup].confirm(ctx); err != nil {
		return nil, 0, unavailable(err)
	}
	value, version = n.KnownMembers()
	return value, version, nil
}

// KnownMembers returns the record as this node's replica has it.
func (n *Node) KnownMembers() (value []byte, version uint64) {
	n.groups[membersGroup].engine.Replica().View(func(m *stream.Machine) { value, version = m.Record(membersKey) })
	return value, version
}

// SetMembers replaces the record if it is at version; stream.ErrRecordConflict
// otherwise.
func (n *Node) SetMembers(ctx context.Context, value []byte, version uint64) error {
	return unavailable(n.groups[membersGroup].carryOut(ctx, &stream.Command{Op: stream.OpRecord, Records: &stream.RecordBatch{
		Checks: []stream.RecordCheck{{Key: membersKey, Version: version}},
		Sets:   []stream.RecordSet{{Key: membersKey, Value: value}},
	}}))
}

// MembersChanged holds a token after entries of the members' group were applied:
// the record may have changed.
func (n *Node) MembersChanged() <-chan struct{} { return n.membersKick }

// Views describes every group as this node knows it, by number. Nil without
// replication.
func (n *Node) Views() []raftgroup.View {
	views := make([]raftgroup.View, 0, len(n.groups))
	for _, g := range n.groups {
		if g.local == nil {
			return nil
		}
		views = append(views, g.local.View())
	}
	return views
}

// Led counts the groups that this node leads.
func (n *Node) Led() (count int) {
	for _, g := range n.groups {
		if g.leads.Load() {
			count++
		}
	}
	return count
}

// Reconfigure changes a group that this node leads, on behalf of those who
// manage the cluster. See raftgroup's methods.
func (n *Node) Reconfigure(id uint32) (*raftgroup.Engine, error) {
	if int(id) >= len(n.groups) || n.groups[id].local == nil {
		return nil, fmt.Errorf("no replicated group %d", id)
	}
	if !n.groups[id].leads.Load() {
		return nil, fmt.Errorf("group %d: %w here", id, group.ErrNoLeader)
	}
	return n.groups[id].local, nil
}

// LeaderOfHome names the node that leads the group of a home, "" when nobody is
// known to, and whether that is this node.
func (n *Node) LeaderOfHome(home string) (id string, here bool) {
	g := n.groups[n.table.Home(home)]
	if g.local == nil || g.leads.Load() {
		return n.id.NodeID, true
	}
	id, _ = g.local.Leader()
	return id, id == n.id.NodeID
}

// Died says that the process of another member has ended: its groups need not
// wait for its silence to elect another leader.
func (n *Node) Died(ctx context.Context, id string) {
	n.succeed(ctx, raftgroup.Succession{Dead: id})
}

func (n *Node) succeed(ctx context.Context, s raftgroup.Succession) { s.Run(ctx, n.engines()) }

func (n *Node) engines() (groups []*raftgroup.Engine) {
	for _, g := range n.groups {
		if g.local != nil {
			groups = append(groups, g.local)
		}
	}
	return groups
}
