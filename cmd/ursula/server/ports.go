package server

import (
	"context"
	"errors"

	"ursula/control/member"
	"ursula/control/place"
	"ursula/control/place/keeper"
	"ursula/core/node"
	"ursula/core/stream"
)

// The control plane's ports, over a node and its links.
var (
	_ keeper.Roster = rosterPort{}
	_ keeper.Groups = groupsPort{}
	_ keeper.Peers  = reportsPort{}
)

// rosterPort is the roster in the record of group 0.
type rosterPort struct{ cluster *cluster }

// Roster implements keeper.Roster.
func (p rosterPort) Roster() member.Roster { return p.cluster.membership.roster() }

// Update implements keeper.Roster.
func (p rosterPort) Update(ctx context.Context, change func(member.Roster) (member.Roster, error)) error {
	for {
		err := p.tryUpdate(ctx, change)
		if !errors.Is(err, stream.ErrRecordConflict) {
			return err
		}
	}
}

func (p rosterPort) tryUpdate(ctx context.Context, change func(member.Roster) (member.Roster, error)) error {
	value, version, err := p.cluster.node.Members(ctx)
	if err != nil {
		return err
	}
	var before member.Roster
	if version > 0 {
		if before, err = member.DecodeRoster(value); err != nil {
			return err
		}
	}
	after, err := change(before)
	if err != nil {
		return err
	}
	if after.Version != before.Version {
		if value, err = after.Encode(); err != nil {
			return err
		}
		if err := p.cluster.node.SetMembers(ctx, value, version); err != nil {
			return err
		}
	}
	return p.cluster.membership.learn(after)
}

// groupsPort are the node's replicas.
type groupsPort struct{ node *node.Node }

// View implements keeper.Groups.
func (p groupsPort) View() (replicas []place.Replica) {
	for id, v := range p.node.Views() {
		replicas = append(replicas, place.Replica{
			Group: uint32(id), Leader: v.Leader, Leads: v.Leads, Term: v.Term, Settled: v.Settled,
			Voters: v.Voters, Learners: v.Learners, Last: v.Last, Applied: v.Applied,
		})
	}
	return replicas
}

// AddLearner implements place.Mover.
func (p groupsPort) AddLearner(ctx context.Context, group uint32, id string) error {
	g, err := p.node.Reconfigure(group)
	if err != nil {
		return err
	}
	return g.AddLearner(ctx, id)
}

// Promote implements place.Mover.
func (p groupsPort) Promote(ctx context.Context, group uint32, id string) error {
	g, err := p.node.Reconfigure(group)
	if err != nil {
		return err
	}
	return g.AddVoter(ctx, id)
}

// Remove implements place.Mover.
func (p groupsPort) Remove(ctx context.Context, group uint32, id string) error {
	g, err := p.node.Reconfigure(group)
	if err != nil {
		return err
	}
	return g.Remove(ctx, id)
}

// Transfer implements place.Mover.
func (p groupsPort) Transfer(ctx context.Context, group uint32, id string) error {
	g, err := p.node.Reconfigure(group)
	if err != nil {
		return err
	}
	return g.Transfer(ctx, id)
}

// reportsPort asks members how they are.
type reportsPort struct{ calls calls }

// Report implements keeper.Peers.
func (p reportsPort) Report(ctx context.Context, id string) (place.Report, error) {
	answer, err := p.calls.Call(ctx, id, methodReport)
	if err != nil {
		return place.Report{}, err
	}
	return place.DecodeReport(answer)
}

// answerReport answers methodReport.
func (c *cluster) answerReport(context.Context, string, []byte) ([]byte, error) {
	k := c.keeper.Load()
	if k == nil {
		return nil, errStarting
	}
	return k.Report().Encode()
}

// answerHello answers methodHello.
func (c *cluster) answerHello(_ context.Context, _ string, payload []byte) ([]byte, error) {
	if _, err := member.DecodeHello(payload); err != nil {
		return nil, err
	}
	return c.hello().Encode()
}

// answerJoin answers methodJoin: the caller's disk goes into the roster, which
// must expect it.
func (c *cluster) answerJoin(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	joiner, err := member.DecodeHello(payload)
	if err != nil {
		return nil, err
	}
	if c.keeper.Load() == nil {
		return nil, errStarting
	}
	err = rosterPort{c}.Update(ctx, func(r member.Roster) (member.Roster, error) {
		return r.Join(member.Peer{ID: joiner.Node, Address: joiner.Address}, joiner.Disk)
	})
	if err != nil {
		return nil, err
	}
	return c.hello().Encode()
}
