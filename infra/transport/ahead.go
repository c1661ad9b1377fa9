package transport

import (
	"errors"
	"slices"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// SendAhead sends entries, which a leader is about to store, to the followers that
// have everything before them. Raft stores entries first and hands them to its
// pipelines then; when it does, the request is under way already, and its answer is
// the answer to Raft's (Raft thesis, 10.2.1: the leader writes to its disk in
// parallel with its followers). Raft still counts itself only after it has stored,
// and a follower only by an answer.
//
// The entries are all of one term, and consecutive; commit is known to be
// committed. It never waits, and where it cannot send it does not: Raft will.
func (g *Group) SendAhead(entries []*raft.Log, commit uint64) {
	g.leading.Lock()
	pipelines := g.pipelines
	g.leading.Unlock()
	for _, p := range pipelines {
		p.sendAhead(entries, commit)
	}
}

// lead notes a new pipeline. The list is never changed in place.
func (g *Group) lead(p *pipeline) {
	g.leading.Lock()
	defer g.leading.Unlock()
	g.pipelines = append(without(g.pipelines, nil), p)
}

func (g *Group) leave(p *pipeline) {
	g.leading.Lock()
	defer g.leading.Unlock()
	g.pipelines = without(g.pipelines, p)
}

// without is a copy of a list without p.
func without(list []*pipeline, p *pipeline) (kept []*pipeline) {
	for _, other := range list {
		if other != p {
			kept = append(kept, other)
		}
	}
	return kept
}

// sent is Raft's last request on a pipeline, or what took its place.
type sent struct {
	header raft.RPCHeader
	state
}

// aheadFresh is how old an answer may be that Raft takes for one to its request:
// it counts as a contact at that moment.
const aheadFresh = 100 * time.Millisecond

func (p *pipeline) sendAhead(entries []*raft.Log, commit uint64) {
	if !inOneFrame(entries) {
		return
	}
	select {
	case p.slots <- struct{}{}:
	default:
		return
	}
	f := p.pushAhead(entries, commit)
	if f == nil {
		<-p.slots
		return
	}
	h := wire.Header{Kind: wire.AppendEntries, Group: p.g.id, ID: f.id}
	if err := p.c.sendMessage(h, eager, f.args, nil); err != nil {
		p.mu.Lock()
		p.recall()
		p.mu.Unlock()
	}
}

// inOneFrame reports whether a request with entries fits into a frame: a message in
// pieces would have to wait for its turn.
func inOneFrame(entries []*raft.Log) bool {
	const perEntry = 64
	n := perEntry
	for _, e := range entries {
		n += len(e.Data) + len(e.Extensions) + perEntry
	}
	return n <= wire.MaxBody
}

// pushAhead queues a request of this side's own making, if it continues the last
// one and none is ahead already.
func (p *pipeline) pushAhead(entries []*raft.Log, commit uint64) *future {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.sent
	if p.err != nil || p.sending || p.ahead != nil || last.term != entries[0].Term || last.lastEntry+1 != entries[0].Index {
		return nil
	}
	args := &raft.AppendEntriesRequest{
		RPCHeader: last.header, Term: last.term, PrevLogEntry: last.lastEntry, PrevLogTerm: last.lastOf,
		Entries: entries, LeaderCommitIndex: max(commit, last.commit),
	}
	f := &future{p: p, start: time.Now(), args: args, resp: new(raft.AppendEntriesResponse)}
	f.done.Add(1)
	if p.enqueue(f) != nil {
		return nil
	}
	p.ahead = f
	return f
}

// adopt returns the request ahead if it is the one that Raft makes now. If it is
// another one, Raft has changed its mind about the follower, and its own is sent.
func (p *pipeline) adopt(args *raft.AppendEntriesRequest) *future {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.ahead
	if f == nil || p.err != nil {
		return nil
	}
	fresh := time.Since(f.start) <= aheadFresh
	if fresh && len(args.Entries) == 0 && before(args).sameLog(before(f.args)) {
		return nil // a repetition, before the entries are stored
	}
	if !fresh || !before(args).sameLog(before(f.args)) || !after(args).sameLog(after(f.args)) {
		p.recall()
		return nil
	}
	p.ahead = nil
	p.sent = sent{args.RPCHeader, after(f.args)}
	p.handOver()
	return f
}

// sameLog compares all but what is committed. Entries of the same index and term
// are the same entries.
func (s state) sameLog(other state) bool {
	s.commit = other.commit
	return s == other
}

var errRecalled = errors.New("another request was made instead")

// recall forgets the request ahead. Its answer, if there is one, is nobody's.
func (p *pipeline) recall() {
	f := p.ahead
	if f == nil {
		return
	}
	p.ahead = nil
	for i, queued := range p.queue {
		if queued == f {
			p.queue = slices.Delete(slices.Clone(p.queue), i, i+1)
			<-p.slots
			break
		}
	}
	if p.c.waiting.remove(f.id) {
		f.finish(errRecalled)
	}
	p.handOver()
}
