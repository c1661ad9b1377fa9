package transport

import "github.com/hashicorp/raft"

// maxRepeats is how many repetitions in a row are left out. Some are sent, for a
// peer that has closed its group and opened it again has forgotten what was
// committed, and the connection goes on.
const maxRepeats = 7

// known is what a follower has acknowledged last on a pipeline.
type known struct {
	state   state
	repeats int // that were left out since
}

// state is where a follower is that has accepted a request.
type state struct {
	term              uint64
	lastEntry, lastOf uint64 // index and term
	commit            uint64
}

func before(r *raft.AppendEntriesRequest) state {
	return state{term: r.Term, lastEntry: r.PrevLogEntry, lastOf: r.PrevLogTerm, commit: r.LeaderCommitIndex}
}

func after(r *raft.AppendEntriesRequest) state {
	s := before(r)
	if n := len(r.Entries); n > 0 {
		s.lastEntry, s.lastOf = r.Entries[n-1].Index, r.Entries[n-1].Term
	}
	return s
}

// answered notes what an answer says about the follower.
func (k *known) answered(r *raft.AppendEntriesRequest, a *raft.AppendEntriesResponse) {
	*k = known{}
	if a.Success && a.Term == r.Term {
		k.state = after(r)
	}
}

// repeats reports whether a request tells the follower only what it has
// acknowledged, so that it need not be sent. An idle leader repeats what is
// committed again and again, for followers that may have missed it; on a pipeline
// they did not. Nothing is consumed for it, since nobody was in contact.
func (p *pipeline) repeats(r *raft.AppendEntriesRequest) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := &p.known
	ended := p.err != nil || p.c.ctx.Err() != nil // Raft is to learn of it
	if ended || len(r.Entries) > 0 || len(p.queue) > 0 || before(r) != k.state || k.repeats == maxRepeats {
		return false
	}
	k.repeats++
	return true
}

// doubt forgets what the followers on c have acknowledged: one did not follow a
// heartbeat. Raft learns of a later term from a repetition, and from no heartbeat.
func (g *Group) doubt(c *conn) {
	g.leading.Lock()
	pipelines := g.pipelines
	g.leading.Unlock()
	for _, p := range pipelines {
		if p.c == c {
			p.mu.Lock()
			p.known = known{}
			p.mu.Unlock()
		}
	}
}
