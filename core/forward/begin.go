package forward

import (
	"ursula/core/stream"
)

// Begin answers MethodPropose without waiting, through reply, if this node leads and
// nobody follows the command; ok says that it does. The payload is the command's then.
func (s *Server) Begin(payload []byte, reply Reply) (ok bool) {
	p, err := decodePropose(payload)
	if err != nil || p.trace != nil {
		return false
	}
	if g := s.node.Local(p.group); g == nil || !g.Leads() {
		return false
	}
	begun := &begun{command: p.command, reply: reply}
	if err := s.node.BeginHere(p.group, &begun.command, begun); err != nil {
		begun.Outcome(stream.Result{}, err)
		begun.Send()
	}
	return true
}

// Reply takes the answer to a call. Its methods are called once each, and do not wait.
type Reply interface {
	Answer(answer []byte)
	// Send has what was answered go out, together with what others have answered.
	Send()
}

// begun is a command whose caller is answered when its outcome is known.
type begun struct {
	command stream.Command
	reply   Reply
}

// Outcome implements group.Reply.
func (b *begun) Outcome(r stream.Result, err error) { b.reply.Answer(proposed(&r, err)) }

// Send implements group.Reply.
func (b *begun) Send() { b.reply.Send() }
