package wire

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/raft"
)

// The deprecated fields of Raft's messages are left out: Leader, Candidate and
// Peers say to servers of protocol versions below 3 what the header says to
// these.

// Append appends a message of Raft to b: a pointer to one of its request or
// response structs, to Heartbeats or Followed, or a Beat. from is the node id of
// this side, which is left out where the message repeats it.
func Append(b, from []byte, message any) ([]byte, error) {
	f := fields{b: b, from: from}
	f.message(message)
	return f.b, f.err
}

// Decode sets the fields of message, a pointer to a struct of the type that was
// given to Append, from b. Byte slices in it are copies, or from itself.
func Decode(b, from []byte, message any) error {
	return decode(fields{b: b, from: from, reading: true}, message)
}

// Adopt is Decode with byte slices that are parts of b, which must not change
// any more.
func Adopt(b, from []byte, message any) error {
	return decode(fields{b: b, from: from, reading: true, keep: true}, message)
}

func decode(f fields, message any) error {
	f.message(message)
	if f.err != nil {
		return fmt.Errorf("decode %T: %w", message, f.err)
	}
	return nil
}

func (f *fields) message(message any) {
	switch m := message.(type) {
	case *raft.AppendEntriesRequest:
		f.appendEntries(m)
	case Beat:
		f.heartbeat(m.AppendEntriesRequest)
	case *Heartbeats:
		f.heartbeats(m)
	case *Followed:
		f.bytes(&m.Bits)
	case *raft.AppendEntriesResponse:
		f.appended(m)
	case *raft.RequestVoteRequest:
		f.vote(m)
	case *raft.RequestVoteResponse:
		f.voted(m)
	case *raft.RequestPreVoteRequest:
		f.preVote(m)
	case *raft.RequestPreVoteResponse:
		f.preVoted(m)
	case *raft.TimeoutNowRequest:
		f.header(&m.RPCHeader)
	case *raft.TimeoutNowResponse:
		f.header(&m.RPCHeader)
	case *raft.InstallSnapshotRequest:
		f.snapshot(m)
	case *raft.InstallSnapshotResponse:
		f.installed(m)
	default:
		f.err = fmt.Errorf("no format for %T", message)
	}
}

// header leaves out id and address where both are the writer's node id, as they
// always are here: what remains is two bytes.
func (f *fields) header(h *raft.RPCHeader) {
	version, own := byte(h.ProtocolVersion), bytes.Equal(h.ID, f.from) && bytes.Equal(h.Addr, f.from)
	f.byte(&version)
	f.bits(&own)
	if f.reading {
		h.ProtocolVersion = raft.ProtocolVersion(version)
		h.ID, h.Addr = f.from, f.from
	}
	if !own {
		f.bytes(&h.ID)
		f.bytes(&h.Addr)
	}
}
