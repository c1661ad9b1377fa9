package record

import "bytes"

// Observation is a complete read of a stream while nothing else happens to it.
type Observation struct {
	Present bool
	Closed  bool
	Tail    string
	Content []byte
}

// Check returns the promises that the observation breaks, and those that were
// seen broken before.
func (s *Stream) Check(o Observation) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &faults{stream: s.Name, list: s.found}
	s.checkPresence(f, o)
	if !o.Present {
		return f.list
	}
	s.checkClosure(f, o)
	s.checkSeen(f, o)
	if own, ok := bytes.CutPrefix(o.Content, s.inherited); !ok {
		f.add(Disinherited, "the first %d bytes are not those of the source", len(s.inherited))
	} else {
		s.checkAppends(f, own, o.Tail)
	}
	return f.list
}

func (s *Stream) checkPresence(f *faults, o Observation) {
	switch {
	case o.Present && s.Removal.outcome == Done:
		f.add(Revived, "it was deleted")
	case o.Present && s.Creation.outcome == None:
		f.add(Revived, "nobody created it")
	case !o.Present && s.Creation.outcome == Done && s.Removal.outcome == None:
		f.add(Vanished, "nobody deleted it")
	}
}

func (s *Stream) checkClosure(f *faults, o Observation) {
	switch {
	case !o.Closed && s.Closure.outcome == Done:
		f.add(Reopened, "it was closed")
	case o.Closed && s.Closure.outcome == None:
		f.add(Reopened, "nobody closed it")
	}
}

func (s *Stream) checkSeen(f *faults, o Observation) {
	if !bytes.HasPrefix(o.Content, s.seen) {
		f.add(Rewritten, "%d bytes were seen, of which the %d bytes now are no continuation", len(s.seen), len(o.Content))
	}
	if o.Tail < s.tail {
		f.add(Receded, "the tail was %s and is %s", s.tail, o.Tail)
	}
}

func (s *Stream) checkAppends(f *faults, own []byte, tail string) {
	ids, err := parse(own)
	if err != nil {
		f.add(Torn, "%v", err)
	}
	counts := s.checkKnown(f, ids)
	s.checkOrder(f, ids, tail)
	for id, send := range s.sends {
		if send.outcome == Done && counts[id] == 0 {
			f.add(Lost, "append %v was acknowledged at %q", id, send.offset)
		}
	}
}

func (s *Stream) checkKnown(f *faults, ids []ID) map[ID]int {
	counts := make(map[ID]int, len(ids))
	for _, id := range ids {
		send, sent := s.sends[id]
		if !sent || send.outcome == None {
			f.add(Invented, "append %v was never sent here, or was refused", id)
		}
		if counts[id]++; counts[id] == 2 {
			f.add(Doubled, "append %v", id)
		}
	}
	return counts
}

// checkOrder wants each writer's numbers to rise, and the offsets that were
// acknowledged to rise in the order of the content, up to the tail at most.
func (s *Stream) checkOrder(f *faults, ids []ID, tail string) {
	last := map[int]int{}
	offset := ""
	for _, id := range ids {
		if seq, ok := last[id.Writer]; ok && id.Seq < seq {
			f.add(Reordered, "append %v comes after number %d", id, seq)
		}
		last[id.Writer] = id.Seq
		if send := s.sends[id]; send != nil && send.offset != "" {
			if send.offset <= offset {
				f.add(Reordered, "append %v ends at %s, the one before at %s", id, send.offset, offset)
			}
			offset = send.offset
		}
	}
	if tail < offset {
		f.add(Receded, "an append was acknowledged at %s, the tail is %s", offset, tail)
	}
}
