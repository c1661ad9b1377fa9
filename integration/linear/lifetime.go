package linear

import "time"

// slackShare is the part of a lifetime by which a stream may outlive it: docs/decisions
// 0006.
const slackShare = 8

// lifetime is how long the stream lives without being used; 0 is for ever.
func (s *story) lifetime() time.Duration {
	for _, o := range s.ops {
		if o.Kind == Create && o.TTL > 0 {
			return o.TTL
		}
	}
	return 0
}

// checkLifetime wants a stream to live for as long as it is used, and no longer. Whoever
// leads judges by his own clock, and clocks differ by skew at most. It is for streams
// that nobody ever asked to delete, so that being gone means having expired.
func (s *story) checkLifetime(f *faults, skew time.Duration) {
	ttl := s.lifetime()
	if ttl == 0 {
		return
	}
	for _, o := range s.ops {
		switch {
		case o.Outcome == Absent:
			if used := s.usedBefore(o); used != nil && o.Returned < used.Invoked+ttl-skew {
				f.add(Vanished, "%v, %v after %v: it lives for %v, and clocks differ by %v",
					o, o.Returned-used.Invoked, used, ttl, skew)
			}
		case o.tells():
			used, known := s.lastUse(o)
			if known && o.Invoked > used+ttl+ttl/slackShare+skew {
				f.add(Lingered, "%v, %v after the last use: it lives for %v, and clocks differ by %v",
					o, o.Invoked-used, ttl, skew)
			}
		}
	}
}

// usedBefore is the latest use that had been answered before o was asked, and for certain
// renewed the lifetime. A HEAD is no use, and a GET of nothing at the tail is taken for one here.
func (s *story) usedBefore(o *Op) (last *Op) {
	for _, use := range s.ops {
		renewed := (use.Outcome == OK || use.Outcome == Repeated) && !use.Unrenewed
		if renewed && use.Kind != Head && use.Returned < o.Invoked && (last == nil || use.Invoked > last.Invoked) {
			last = use
		}
	}
	return last
}

// lastUse is the latest moment before o's answer at which anything else may have renewed
// the lifetime. It is not known while something is open that may do so any time.
func (s *story) lastUse(o *Op) (at time.Duration, known bool) {
	for _, use := range s.ops {
		switch {
		case use == o || use.Invoked > o.Returned || use.Outcome == Refused || use.Outcome == Absent:
		case use.Outcome == Unknown:
			return 0, false
		default:
			at = max(at, use.Returned)
		}
	}
	return at, true
}
