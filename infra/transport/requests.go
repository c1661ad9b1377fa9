package transport

import (
	"context"
	"io"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// AppendEntries implements raft.Transport. It may send fewer entries than args
// has, or a lower commit index, and leaves in args what it sent: Raft goes on from
// there. What is no heartbeat waits for a peer that is away.
func (g *Group) AppendEntries(_ raft.ServerID, target raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if err := g.quits(); err != nil {
		return err
	}
	if wire.IsHeartbeat(args) {
		return g.beat(target, args, resp)
	}
	trim(args) // before it waits, which may be for long, and keeps what it has
	c, err := g.awaitConn(target, args.Term)
	if err != nil {
		return err
	}
	return g.t.ask(c, wire.Header{Kind: wire.AppendEntries, Group: g.id}, ordered, args, resp)
}

// RequestVote implements raft.Transport.
func (g *Group) RequestVote(_ raft.ServerID, target raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	g.term.Store(0)
	return g.ask(target, wire.Vote, urgent, args, resp)
}

// RequestPreVote implements raft.WithPreVote.
func (g *Group) RequestPreVote(_ raft.ServerID, target raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	g.term.Store(0)
	return g.ask(target, wire.PreVote, urgent, args, resp)
}

// TimeoutNow implements raft.Transport.
func (g *Group) TimeoutNow(_ raft.ServerID, target raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	return g.ask(target, wire.TimeoutNow, urgent, args, resp)
}

// InstallSnapshot implements raft.Transport.
func (g *Group) InstallSnapshot(_ raft.ServerID, target raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	return g.t.sendSnapshot(string(target), g.id, args, resp, data)
}

// AppendEntriesPipeline implements raft.Transport.
func (g *Group) AppendEntriesPipeline(_ raft.ServerID, target raft.ServerAddress) (raft.AppendPipeline, error) {
	if err := g.quits(); err != nil {
		return nil, err
	}
	c, err := g.t.logConn(target)
	if err != nil {
		return nil, err
	}
	return newPipeline(g, c), nil
}

func (g *Group) ask(target raft.ServerAddress, k wire.Kind, l lane, args, resp any) error {
	c, err := g.t.logConn(target)
	if err != nil {
		return err
	}
	return g.t.ask(c, wire.Header{Kind: k, Group: g.id}, l, args, resp)
}

func (t *Transport) logConn(target raft.ServerAddress) (*conn, error) {
	p, err := t.peer(string(target))
	if err != nil {
		return nil, err
	}
	return p.log.get(context.Background(), nil) // an attempt to dial is bounded
}
