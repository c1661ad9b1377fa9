package transport_test

import (
	"io"
	"net"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// scripted is a peer that says what the test wants. It takes connections of one
// class, refuses the others, and answers pings.
type scripted struct {
	t        testing.TB
	id       string
	conn     net.Conn
	requests chan wire.Header // in the order of their arrival
}

// accept waits until the node under test has connected.
func accept(t testing.TB, l net.Listener, id string, class transport.Class) *scripted {
	t.Helper()
	for {
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		h, err := wire.ReadHello(conn)
		if err != nil {
			t.Fatal(err)
		}
		reply := wire.Reply{Version: 1, Lowest: 1, Highest: 1, From: wire.Identity{Node: id}}
		if reply.Refused = h.Class != byte(class); reply.Refused {
			_, _ = reply.WriteTo(conn)
			_ = conn.Close()
			continue
		}
		s := &scripted{t: t, id: id, conn: conn, requests: make(chan wire.Header, 100)}
		_, _ = reply.WriteTo(conn)
		go s.read()
		return s
	}
}

// connect dials a node as node "2".
func connect(t testing.TB, pipes *network, address string, class transport.Class) *scripted {
	t.Helper()
	raw, err := pipes.dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = wire.Hello{Lowest: 1, Highest: 1, Class: byte(class), From: wire.Identity{Node: "2"}}.WriteTo(raw)
	if a, err := wire.ReadReply(raw); err != nil || a.Refused {
		t.Fatalf("%+v, %v", a, err)
	}
	s := &scripted{t: t, id: "2", conn: raw, requests: make(chan wire.Header, 100)}
	go s.read()
	return s
}

func (s *scripted) read() {
	for {
		b := make([]byte, wire.HeaderSize)
		if _, err := io.ReadFull(s.conn, b); err != nil {
			close(s.requests)
			return
		}
		h, err := wire.Parse(b)
		if err != nil {
			s.t.Error(err)
			return
		}
		if _, err := io.CopyN(io.Discard, s.conn, int64(h.Length)); err != nil {
			s.t.Error(err)
		}
		if h.Kind == wire.Ping {
			s.send(wire.Header{Kind: wire.Pong, ID: h.ID}, nil)
			continue
		}
		s.requests <- h
	}
}

func (s *scripted) send(h wire.Header, body []byte) {
	b := append(wire.Begin(nil, h), body...)
	wire.Finish(b)
	_, _ = s.conn.Write(b) // the connection may have ended, for the test to see
}

// answer answers an AppendEntries or a heartbeat; lastLog tells answers apart.
func (s *scripted) answer(h wire.Header, lastLog uint64) {
	body, err := wire.Append(nil, []byte(s.id), &raft.AppendEntriesResponse{Term: 1, LastLog: lastLog, Success: true})
	if err != nil {
		s.t.Error(err)
	}
	s.send(wire.Header{Kind: h.Kind.Answer(), Group: h.Group, ID: h.ID}, body)
}

// followed answers heartbeats that came together, all alike.
func (s *scripted) followed(h wire.Header, yes bool) {
	answer := wire.NewFollowed(8)
	for i := range 8 {
		if yes {
			answer.Set(i)
		}
	}
	body, err := wire.Append(nil, []byte(s.id), &answer)
	if err != nil {
		s.t.Error(err)
	}
	s.send(wire.Header{Kind: h.Kind.Answer(), ID: h.ID}, body)
}

// beat returns a heartbeat of a node.
func beat(from string, term uint64) *raft.AppendEntriesRequest {
	return &raft.AppendEntriesRequest{RPCHeader: header(from), Term: term}
}

func header(from string) raft.RPCHeader {
	return raft.RPCHeader{ProtocolVersion: 3, ID: []byte(from), Addr: []byte(from)}
}

// entries returns a request of a node that is no heartbeat.
func entries(from string, index uint64, data ...[]byte) *raft.AppendEntriesRequest {
	r := &raft.AppendEntriesRequest{RPCHeader: header(from), Term: 1, PrevLogEntry: index - 1, PrevLogTerm: 1}
	for i, d := range data {
		r.Entries = append(r.Entries, &raft.Log{Index: index + uint64(i), Term: 1, Data: d})
	}
	return r
}
