package transport

import (
	"bytes"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// logServer hands the requests on a peer's log connection to the groups.
type logServer struct {
	t        *Transport
	c        *conn
	beat     raft.AppendEntriesRequest // the heartbeat at hand
	beaten   chan raft.RPCResponse
	together wire.Heartbeats // where it came with others
}

func newLogServer(t *Transport, c *conn) *logServer {
	return &logServer{t: t, c: c, beaten: make(chan raft.RPCResponse, 1)}
}

func (s *logServer) receive(m message) error {
	if m.Kind == wire.Together {
		return s.heartbeats(m)
	}
	g := s.t.lookup(m.Group)
	if g == nil {
		return s.c.refuse(m.Header, wire.Failed, errNoGroup.Error())
	}
	if m.Kind == wire.Heartbeat {
		return s.heartbeat(g, m)
	}
	command, err := s.command(m)
	if err != nil {
		return err
	}
	if command == nil {
		return s.c.refuse(m.Header, wire.Failed, "unknown request")
	}
	d := debt{to: s.c, header: m.Header}
	if entries, ok := command.(*raft.AppendEntriesRequest); ok {
		d.term = entries.Term
	}
	return s.enqueue(g, d, command)
}

func (s *logServer) enqueue(g *Group, d debt, command any) error {
	if g.enqueue(d, command) {
		return nil
	}
	return s.c.refuse(d.header, wire.Busy, "")
}

// command decodes a request; nil for a kind that this build does not know.
// Entries are parts of memory of their own, for the log keeps them.
func (s *logServer) command(m message) (command any, err error) {
	switch m.Kind {
	case wire.AppendEntries:
		r := new(raft.AppendEntriesRequest)
		if !m.owned {
			m.body = bytes.Clone(m.body)
		}
		return r, wire.Adopt(m.body, s.c.from, r)
	case wire.Vote:
		command = new(raft.RequestVoteRequest)
	case wire.PreVote:
		command = new(raft.RequestPreVoteRequest)
	case wire.TimeoutNow:
		command = new(raft.TimeoutNowRequest)
	default:
		return nil, nil
	}
	return command, wire.Decode(m.body, s.c.from, command)
}
