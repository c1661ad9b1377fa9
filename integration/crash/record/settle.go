package record

import "bytes"

// Settle turns perhaps into certainty after a crash: requests died with the
// process that they were sent to, so what an observation shows has happened and
// must stay, and what it does not show must not happen any more, unless the
// client sends it again. Call it after Check, on the same observation.
func (s *Stream) Settle(o Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Creation.settle(o.Present || s.Removal.outcome != None)
	s.Removal.settle(!o.Present)
	if !o.Present {
		return
	}
	s.Closure.settle(o.Closed)
	s.seen, s.tail = o.Content, o.Tail
	s.settleSends(o.Content)
}

func (f *Fate) settle(happened bool) {
	switch {
	case f.outcome == Unknown && happened:
		f.outcome = Done
	case f.outcome == Unknown:
		f.outcome = None
	}
}

func (s *Stream) settleSends(content []byte) {
	own, _ := bytes.CutPrefix(content, s.inherited)
	ids, _ := parse(own) // Check has told what does not parse
	present := make(map[ID]bool, len(ids))
	for _, id := range ids {
		present[id] = true
	}
	for id, send := range s.sends {
		if send.outcome == Unknown {
			send.outcome = None
			if present[id] {
				send.outcome = Done
			}
		}
	}
}
