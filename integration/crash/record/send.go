package record

// Send is the note of one append.
type Send struct {
	stream  *Stream
	id      ID
	outcome Outcome
	offset  string
	late    bool // sent, and not before, when the stream was known to be closed or deleted
}

// Send notes that an append is about to leave, for the first time or again.
// Note it before the request leaves, or an early reader seems to see too much.
func (s *Stream) Send(id ID) *Send {
	s.mu.Lock()
	defer s.mu.Unlock()
	send, again := s.sends[id]
	if !again {
		send = &Send{stream: s, id: id}
		s.sends[id] = send
	}
	if send.outcome == None {
		send.late = s.Closure.outcome == Done || s.Removal.outcome == Done
		send.outcome = Unknown
	}
	return send
}

// Acknowledge notes that the server confirmed the append. offset is where it
// ends; "" when the server did not say, as for a repeated append.
func (a *Send) Acknowledge(offset string) {
	a.stream.mu.Lock()
	defer a.stream.mu.Unlock()
	a.outcome = Done
	if offset != "" {
		a.offset = offset
	}
	if a.late {
		a.stream.note(Reopened, "append "+a.id.String()+" was accepted after the end")
	}
}

// Refuse notes that the append, sent for the first time, was refused for
// certain: it must never appear.
func (a *Send) Refuse() {
	a.stream.mu.Lock()
	defer a.stream.mu.Unlock()
	if a.outcome == Unknown {
		a.outcome = None
	}
}
