package rafttest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// Transport is one group's end on one node.
type Transport struct {
	network *Network
	end     end
	inbox   chan raft.RPC
	closed  chan struct{}
	closing sync.Once
}

var (
	_ raft.Transport   = (*Transport)(nil)
	_ raft.WithPreVote = (*Transport)(nil)
	_ raft.WithClose   = (*Transport)(nil)
)

const inboxSize = 16

// Transport makes a group's end on a node, in place of the one before.
func (n *Network) Transport(node string, group uint32) *Transport {
	t := &Transport{
		network: n, end: end{node, group},
		inbox: make(chan raft.RPC, inboxSize), closed: make(chan struct{}),
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ends[t.end] = t
	return t
}

// Inject hands a message to this end's own Raft as if it had been carried here.
// It never waits; false says that the message was dropped.
func (t *Transport) Inject(rpc raft.RPC) bool {
	select {
	case t.inbox <- rpc:
		return true
	default:
		return false
	}
}

// Close implements raft.WithClose: nobody reaches this end any more.
func (t *Transport) Close() error {
	t.closing.Do(func() {
		close(t.closed)
		t.network.mu.Lock()
		defer t.network.mu.Unlock()
		if t.network.ends[t.end] == t {
			delete(t.network.ends, t.end)
		}
	})
	return nil
}

// ask carries a request there and its response back.
func (t *Transport) ask(to raft.ServerAddress, command any, content io.Reader) (any, error) {
	ctx := context.Background() // Raft's calls end by themselves
	if err := t.network.Carry(ctx, t.end.node, string(to)); err != nil {
		return nil, err
	}
	peer, ok := t.network.find(string(to), t.end.group)
	if !ok {
		return nil, ErrRefused
	}
	response, err := peer.deliver(raft.RPC{Command: command, Reader: content})
	if err != nil {
		return nil, err
	}
	return response, t.network.Carry(ctx, string(to), t.end.node)
}

func (n *Network) find(node string, group uint32) (*Transport, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, ok := n.ends[end{node, group}]
	return t, ok
}

// deliver hands a request to this end's Raft and waits for what it says.
func (t *Transport) deliver(rpc raft.RPC) (any, error) {
	answers := make(chan raft.RPCResponse, 1)
	rpc.RespChan = answers
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case t.inbox <- rpc:
	case <-t.closed:
		return nil, ErrRefused
	case <-late.C:
		return nil, ErrLost
	}
	select {
	case answer := <-answers:
		var held interface{ Held() bool }
		if response, ok := answer.Response.(*raft.InstallSnapshotResponse); ok && errors.As(answer.Error, &held) {
			response.Success = held.Held()
			return response, nil
		}
		return answer.Response, answer.Error
	case <-t.closed:
		return nil, ErrLost
	case <-late.C:
		return nil, ErrLost
	}
}
