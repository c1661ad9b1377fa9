package raftgroup

import (
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

// succession is how long each survivor gives the one before it to be elected.
const succession = 200 * time.Millisecond

// Succeed lets this node stand for election when the group was led by a node that
// is known to have ended, or, with "", when nobody is known to lead: then it does
// not wait for as long a silence as the timers say. Who has heard from the leader
// within silence does not stand. The survivors take turns, the first of them
// another one in each group, so that they neither split the votes nor all fall to
// one. An election is safe at any time; one for nothing costs a moment.
func (e *Engine) Succeed(dead string, silence time.Duration) {
	if id, _ := e.Leader(); id != dead || e.Leads() || time.Since(e.raft.LastContact()) < silence {
		return
	}
	turn, votes := e.turn(dead)
	if !votes {
		return
	}
	time.AfterFunc(time.Duration(turn)*succession, func() {
		if id, _ := e.Leader(); (id == dead || id == "") && e.raft.State() == raft.Follower {
			e.stand()
		}
	})
}

// turn is this node's place among those who can succeed a leader.
func (e *Engine) turn(dead string) (turn int, votes bool) {
	voters, _ := e.servers()
	voters = slices.DeleteFunc(voters, func(id string) bool { return id == dead })
	slices.Sort(voters)
	self := slices.Index(voters, e.options.NodeID)
	if self < 0 {
		return 0, false
	}
	return (self + int(e.options.Group)) % len(voters), true
}

// stand makes Raft begin an election, in the form in which a leader asks for one
// that gives its place up.
func (e *Engine) stand() {
	if to, ok := e.options.Transport.(injector); ok {
		to.Inject(raft.RPC{
			RespChan: make(chan raft.RPCResponse, 1),
			Command: &raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{
				ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(e.options.NodeID), Addr: []byte(e.options.NodeID),
			}},
		})
	}
}
