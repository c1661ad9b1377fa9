package linear

import "time"

// attempts is all that is known about one append of a stream with one life.
type attempts struct {
	sent      time.Duration // when the first attempt left
	confirmed time.Duration // when the first answer said that it is there; never
	tail      int64         // where the answer to the effective attempt said that it ends
	possible  bool          // some attempt may have taken effect
}

func (s *story) appends() map[Token]*attempts {
	all := map[Token]*attempts{}
	for _, o := range s.ops {
		if o.Kind != Append {
			continue
		}
		a := all[o.Token]
		if a == nil {
			a = &attempts{sent: o.Invoked, confirmed: never}
			all[o.Token] = a
		}
		a.sent = min(a.sent, o.Invoked)
		switch o.Outcome {
		case OK:
			a.tail = o.Tail
			fallthrough
		case Repeated:
			a.confirmed = min(a.confirmed, o.Returned)
			fallthrough
		case Unknown:
			a.possible = true
		}
	}
	return all
}

// inherited is what the stream began with as a fork.
func (s *story) inherited() map[Token]bool {
	tokens := map[Token]bool{}
	for _, o := range s.ops {
		for _, token := range o.Inherits {
			tokens[token] = true
		}
	}
	return tokens
}

// checkContent compares the final content with what was sent and acknowledged. That
// all nodes have the same is another check, so one node's answer will do.
func (s *story) checkContent(f *faults) {
	places, err := locate([]byte(s.finals[0].Content))
	if err != nil {
		f.add(Torn, "the final content: %v", err)
	}
	known, inherited := s.appends(), s.inherited()
	counts := map[Token]int{}
	for _, p := range places {
		a := known[p.token]
		switch {
		case a == nil && !inherited[p.token] || a != nil && !a.possible:
			f.add(Invented, "append %v was never sent here, or was refused", p.token)
		case a != nil && a.tail != 0 && a.tail != p.end:
			f.add(Misplaced, "append %v was acknowledged as ending at %d and ends at %d", p.token, a.tail, p.end)
		}
		if counts[p.token]++; counts[p.token] == 2 {
			f.add(Doubled, "append %v", p.token)
		}
	}
	checkLost(f, known, counts)
	checkOrder(f, places, known)
}

// checkLost tells of all lost appends at once: when one is gone, many are.
func checkLost(f *faults, known map[Token]*attempts, counts map[Token]int) {
	lost, first := 0, Token{}
	for token, a := range known {
		if a.confirmed == never || counts[token] > 0 {
			continue
		}
		if lost++; lost == 1 || a.confirmed < known[first].confirmed {
			first = token
		}
	}
	if lost > 0 {
		f.add(Lost, "%d acknowledged appends, the first of them %v, acknowledged at %v", lost, first, known[first].confirmed)
	}
}

// checkOrder wants no append to come before one that was confirmed before it was
// sent. Reading in the order of the content, that is one whose confirmation came
// before the latest sending so far.
func checkOrder(f *faults, places []placed, known map[Token]*attempts) {
	var latest time.Duration
	var by Token
	for _, p := range places {
		a := known[p.token]
		if a == nil {
			continue
		}
		if a.confirmed < latest {
			f.add(Reordered, "append %v, acknowledged at %v, comes after %v, sent at %v", p.token, a.confirmed, by, latest)
		}
		if a.sent > latest {
			latest, by = a.sent, p.token
		}
	}
}

// checkReads wants every read to consist of whole appends.
func (s *story) checkReads(f *faults) {
	for _, o := range s.ops {
		if o.Torn != "" {
			f.add(Torn, "%v: %s", o, o.Torn)
		}
	}
}
