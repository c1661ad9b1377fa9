package raftgroup

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

// Succession elects leaders for groups that have lost theirs: their leader is Dead,
// a node that is known to have ended, or, with "", nobody is known to lead. Then
// nobody waits for as long a silence as the timers say. Who has heard from the
// leader within Silence does not stand.
//
// The survivors take turns, the first of them another one in each group, so that
// they neither split the votes nor all fall to one. A turn is over when no group
// has got a leader for a while: many elections at once, or a starved host, take
// longer than one. Where two survive, the second does not wait for its turn if the
// first asks for its vote and lacks entries that it has: then only the second can be
// elected. An election is safe at any time; one for nothing costs a moment.
type Succession struct {
	Dead    string
	Silence time.Duration
}

const (
	// quiet is how long no group may get a leader until the next survivor's turn.
	quiet = 200 * time.Millisecond
	// standAtOnce bounds the elections that a node has under way: each makes every
	// voter write.
	standAtOnce = 64
)

// Run returns when all groups have got leaders, everybody has had a turn, or ctx
// has ended.
func (s Succession) Run(ctx context.Context, groups []*Engine) {
	left, turns := s.heirs(groups)
	defer rival(left)()
	for turn := 0; turn < turns && len(left) > 0 && ctx.Err() == nil; turn++ {
		mine := slices.DeleteFunc(slices.Clone(left), func(h heir) bool { return h.turn != turn })
		for some := range slices.Chunk(mine, standAtOnce) {
			s.stand(some)
			s.await(ctx, some)
		}
		left = s.await(ctx, left)
	}
}

// Orphans returns the groups that have lost their leader, as far as this node knows.
func (s Succession) Orphans(groups []*Engine) []*Engine {
	return slices.DeleteFunc(slices.Clone(groups), func(e *Engine) bool { return !s.orphaned(e) })
}

// heir is this node's replica of a group without a leader.
type heir struct {
	*Engine
	turn, of int // this node's place among those who can succeed
}

// heirs returns the groups that this node may have to lead, and how many turns
// there are at most.
func (s Succession) heirs(groups []*Engine) (heirs []heir, turns int) {
	for _, e := range groups {
		if !s.orphaned(e) {
			continue
		}
		if turn, of := e.turn(s.Dead); turn >= 0 {
			heirs, turns = append(heirs, heir{e, turn, of}), max(turns, of)
		}
	}
	return heirs, turns
}

func (s Succession) orphaned(e *Engine) bool {
	id, _ := e.Leader()
	return id == "" || id == s.Dead && time.Since(e.raft.LastContact()) >= s.Silence
}

// turn is this node's place among those who can succeed a leader, -1 if it has no
// vote.
func (e *Engine) turn(dead string) (turn, of int) {
	voters, _ := e.servers()
	voters = slices.DeleteFunc(voters, func(id string) bool { return id == dead })
	slices.Sort(voters)
	self := slices.Index(voters, e.options.NodeID)
	if self < 0 {
		return -1, 0
	}
	return (self + int(e.options.Group)) % len(voters), len(voters)
}

func (s Succession) stand(heirs []heir) {
	for _, h := range heirs {
		if s.orphaned(h.Engine) && h.raft.State() == raft.Follower {
			h.stand()
		}
	}
}

// await returns the groups that have no leader yet, once none of them has got one
// for a while.
func (s Succession) await(ctx context.Context, heirs []heir) []heir {
	left := s.without(heirs)
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for len(left) > 0 && ctx.Err() == nil {
		before, still := len(left), false
		_, changed := left[0].Leader()
		select {
		case <-changed:
		case <-timer.C:
			still = true
		case <-ctx.Done():
		}
		left = s.without(left)
		if len(left) < before {
			timer.Reset(quiet)
		} else if still {
			break
		}
	}
	return left
}

func (s Succession) without(heirs []heir) []heir {
	return slices.DeleteFunc(slices.Clone(heirs), func(h heir) bool { return !s.orphaned(h.Engine) })
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
