package transport

import (
	"errors"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// debt is an answer that Raft's main loop owes to a peer.
type debt struct {
	to     *conn
	header wire.Header // of the request
	term   uint64      // of an AppendEntries, else 0
	reply  chan raft.RPCResponse
}

// enqueue hands a request to Raft's main loop. It does not wait; without room it
// returns false.
func (g *Group) enqueue(d debt, command any) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || len(g.owed) == cap(g.owed) {
		return false
	}
	d.reply = make(chan raft.RPCResponse, 1)
	select {
	case g.consumer <- raft.RPC{Command: command, RespChan: d.reply}:
	default:
		return false
	}
	g.owed <- d
	return true
}

// settle sends the answers of Raft's main loop. It is one goroutine for a group
// and not for a request, since the loop answers in the order of its queue.
func (g *Group) settle() {
	defer close(g.settled)
	for {
		select {
		case d := <-g.owed:
			select {
			case r := <-d.reply:
				g.pay(d, r)
			case <-g.done:
				g.pay(d, raft.RPCResponse{Error: raft.ErrRaftShutdown})
			}
		case <-g.done:
			g.giveUp()
			return
		}
	}
}

// giveUp answers what a closed group still owes; nothing is added any more.
func (g *Group) giveUp() {
	for {
		select {
		case d := <-g.owed:
			g.pay(d, raft.RPCResponse{Error: raft.ErrRaftShutdown})
		default:
			return
		}
	}
}

// pay sends an answer. When it cannot, the connection has ended, and with it the
// peer's wait.
func (g *Group) pay(d debt, r raft.RPCResponse) {
	g.followed(d, r)
	_ = d.to.respond(d.header, r, normal, g.done)
}

// followed notes the term in which the main loop has just been a follower: until
// it stands for election, heartbeats of that term change nothing on disk.
func (g *Group) followed(d debt, r raft.RPCResponse) {
	if answer, ok := r.Response.(*raft.AppendEntriesResponse); ok && r.Error == nil && d.term != 0 && answer.Term == d.term {
		g.term.Store(d.term)
	}
}

var errNoResponse = errors.New("no response")

func (c *conn) respond(request wire.Header, r raft.RPCResponse, l lane, stop <-chan struct{}) error {
	if r.Error == nil && r.Response == nil {
		r.Error = errNoResponse
	}
	if r.Error != nil {
		_, err := c.sendParts(answerTo(request, wire.Failed), l, [][]byte{[]byte(r.Error.Error())}, stop)
		return err
	}
	return c.sendMessage(answerTo(request, 0), l, r.Response, stop)
}
