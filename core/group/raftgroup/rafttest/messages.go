package rafttest

import (
	"io"

	"github.com/hashicorp/raft"
)

// Consumer implements raft.Transport.
func (t *Transport) Consumer() <-chan raft.RPC { return t.inbox }

// LocalAddr implements raft.Transport.
func (t *Transport) LocalAddr() raft.ServerAddress { return raft.ServerAddress(t.end.node) }

// EncodePeer implements raft.Transport.
func (t *Transport) EncodePeer(_ raft.ServerID, address raft.ServerAddress) []byte {
	return []byte(address)
}

// DecodePeer implements raft.Transport.
func (t *Transport) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

// SetHeartbeatHandler implements raft.Transport. Heartbeats go through the inbox.
func (t *Transport) SetHeartbeatHandler(func(raft.RPC)) {}

// AppendEntriesPipeline implements raft.Transport: Raft then sends one message
// at a time.
func (t *Transport) AppendEntriesPipeline(raft.ServerID, raft.ServerAddress) (raft.AppendPipeline, error) {
	return nil, raft.ErrPipelineReplicationNotSupported
}

// AppendEntries implements raft.Transport. As every transport must, it tells a follower of
// no commit beyond the request.
func (t *Transport) AppendEntries(
	_ raft.ServerID, to raft.ServerAddress, request *raft.AppendEntriesRequest, response *raft.AppendEntriesResponse,
) error {
	last := request.PrevLogEntry + uint64(len(request.Entries))
	request.LeaderCommitIndex = min(request.LeaderCommitIndex, last)
	return call(t, to, request, nil, response)
}

// RequestVote implements raft.Transport.
func (t *Transport) RequestVote(
	_ raft.ServerID, to raft.ServerAddress, request *raft.RequestVoteRequest, response *raft.RequestVoteResponse,
) error {
	return call(t, to, request, nil, response)
}

// RequestPreVote implements raft.WithPreVote.
func (t *Transport) RequestPreVote(
	_ raft.ServerID, to raft.ServerAddress, request *raft.RequestPreVoteRequest, response *raft.RequestPreVoteResponse,
) error {
	return call(t, to, request, nil, response)
}

// InstallSnapshot implements raft.Transport.
func (t *Transport) InstallSnapshot(
	_ raft.ServerID, to raft.ServerAddress, request *raft.InstallSnapshotRequest,
	response *raft.InstallSnapshotResponse, content io.Reader,
) error {
	return call(t, to, request, t.network.passed(t.end.node, string(to), content), response)
}

// TimeoutNow implements raft.Transport.
func (t *Transport) TimeoutNow(
	_ raft.ServerID, to raft.ServerAddress, request *raft.TimeoutNowRequest, response *raft.TimeoutNowResponse,
) error {
	return call(t, to, request, nil, response)
}

// call asks and copies what is answered.
func call[T any](t *Transport, to raft.ServerAddress, request any, content io.Reader, response *T) error {
	answer, err := t.ask(to, request, content)
	if err != nil {
		return err
	}
	*response = *answer.(*T)
	return nil
}
