package wire

import "github.com/hashicorp/raft"

// smallestEntry is the size of an entry without data: type, index, term, and
// two lengths.
const smallestEntry = 5

func (f *fields) appendEntries(r *raft.AppendEntriesRequest) {
	f.header(&r.RPCHeader)
	f.uint(&r.Term)
	f.uint(&r.PrevLogEntry)
	f.uint(&r.PrevLogTerm)
	f.uint(&r.LeaderCommitIndex)
	f.entries(&r.Entries)
}

func (f *fields) entries(list *[]*raft.Log) {
	n := f.count(len(*list), smallestEntry)
	if f.reading {
		*list = makeEntries(n)
	}
	for _, entry := range *list {
		f.entry(entry)
	}
}

// makeEntries takes memory twice, however many entries there are.
func makeEntries(n int) []*raft.Log {
	if n == 0 {
		return nil
	}
	entries, list := make([]raft.Log, n), make([]*raft.Log, n)
	for i := range entries {
		list[i] = &entries[i]
	}
	return list
}

// entry leaves out AppendedAt: it is the leader's clock and nobody's decision.
func (f *fields) entry(l *raft.Log) {
	kind := byte(l.Type)
	f.byte(&kind)
	if f.reading {
		l.Type = raft.LogType(kind)
	}
	f.uint(&l.Index)
	f.uint(&l.Term)
	f.bytes(&l.Data)
	f.bytes(&l.Extensions)
}

func (f *fields) appended(r *raft.AppendEntriesResponse) {
	f.header(&r.RPCHeader)
	f.bits(&r.Success, &r.NoRetryBackoff)
	f.uint(&r.Term)
	f.uint(&r.LastLog)
}

// IsHeartbeat reports whether r only says who leads in which term. Raft has no
// other mark for it.
func IsHeartbeat(r *raft.AppendEntriesRequest) bool {
	return r.Term != 0 && len(r.Addr) > 0 && len(r.Entries) == 0 &&
		r.PrevLogEntry == 0 && r.PrevLogTerm == 0 && r.LeaderCommitIndex == 0
}

// Beat is a request that IsHeartbeat. It takes a few bytes.
type Beat struct{ *raft.AppendEntriesRequest }

func (f *fields) heartbeat(r *raft.AppendEntriesRequest) {
	if f.reading {
		*r = raft.AppendEntriesRequest{}
	}
	f.header(&r.RPCHeader)
	f.uint(&r.Term)
}
