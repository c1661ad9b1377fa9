package transport

import (
	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// heartbeat is handled here, on the reader's goroutine, when it changes nothing
// but the time of the last contact. One with another term would write to the
// stable store: it goes to the main loop like any request.
func (s *logServer) heartbeat(g *Group, m message) error {
	if err := wire.Decode(m.body, s.c.from, wire.Beat{AppendEntriesRequest: &s.beat}); err != nil {
		return err
	}
	handle := g.handlerIn(s.beat.Term)
	if handle == nil {
		r := s.beat
		return s.enqueue(g, debt{to: s.c, header: m.Header, term: r.Term}, &r)
	}
	r, ok := s.give(handle)
	if !ok {
		return s.c.refuse(m.Header, wire.Failed, raft.ErrRaftShutdown.Error())
	}
	return s.c.respond(m.Header, r, prompt, nil)
}

// heartbeats handles those of several groups, each like one by itself, but leaves
// to the sender what has to go to a main loop.
func (s *logServer) heartbeats(m message) error {
	all := &s.together
	if err := wire.Decode(m.body, s.c.from, all); err != nil {
		return err
	}
	followed := wire.NewFollowed(len(all.Of))
	for i, l := range all.Of {
		s.beat = raft.AppendEntriesRequest{RPCHeader: all.RPCHeader, Term: l.Term}
		if s.followedBy(s.t.lookup(l.Group)) {
			followed.Set(i)
		}
	}
	return s.c.respond(m.Header, raft.RPCResponse{Response: &followed}, prompt, nil)
}

// followedBy gives the heartbeat at hand to a group, and reports whether that is
// known to follow in its term.
func (s *logServer) followedBy(g *Group) bool {
	if g == nil {
		return false
	}
	handle := g.handlerIn(s.beat.Term)
	if handle == nil {
		return false
	}
	r, ok := s.give(handle)
	answer, _ := r.Response.(*raft.AppendEntriesResponse)
	return ok && r.Error == nil && answer != nil && answer.Success && answer.Term == s.beat.Term
}

// handlerIn returns what handles a heartbeat of a term in place, nil where that
// is not known to change nothing on disk.
func (g *Group) handlerIn(term uint64) func(raft.RPC) {
	handle := g.heartbeat.Load()
	if handle == nil || g.term.Load() != term {
		return nil
	}
	return *handle
}

// give returns the answer to the heartbeat at hand; none means that Raft has
// been shut down.
func (s *logServer) give(handle func(raft.RPC)) (raft.RPCResponse, bool) {
	handle(raft.RPC{Command: &s.beat, RespChan: s.beaten})
	select {
	case r := <-s.beaten:
		return r, true
	default:
		return raft.RPCResponse{}, false
	}
}
