package wire

import "github.com/hashicorp/raft"

func (f *fields) vote(r *raft.RequestVoteRequest) {
	f.header(&r.RPCHeader)
	f.uint(&r.Term)
	f.uint(&r.LastLogIndex)
	f.uint(&r.LastLogTerm)
	f.bits(&r.LeadershipTransfer)
}

func (f *fields) voted(r *raft.RequestVoteResponse) {
	f.header(&r.RPCHeader)
	f.bits(&r.Granted)
	f.uint(&r.Term)
}

func (f *fields) preVote(r *raft.RequestPreVoteRequest) {
	f.header(&r.RPCHeader)
	f.uint(&r.Term)
	f.uint(&r.LastLogIndex)
	f.uint(&r.LastLogTerm)
}

func (f *fields) preVoted(r *raft.RequestPreVoteResponse) {
	f.header(&r.RPCHeader)
	f.bits(&r.Granted)
	f.uint(&r.Term)
}
