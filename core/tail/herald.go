package tail

import "ursula/core/stream"

// herald is what a shard has yet to tell of streams whose first watch came or
// whose last one went. A name waits at most once, and is told of as things are
// when its turn comes. Whoever finds nobody at it does the telling, so one
// goroutine at a time does and calls about a name are in order.
type herald struct {
	names   []stream.Name
	waiting map[stream.Name]struct{}
	busy    bool
}

// tell has watched told of name, here or by the goroutine that is at it.
func (s *shard) tell(name stream.Name, watched func(stream.Name, bool)) {
	if !s.announce(name) {
		return
	}
	for {
		name, exists, ok := s.nextNews()
		if !ok {
			return
		}
		watched(name, exists)
	}
}

// announce queues name, and reports whether the caller has to do the telling.
func (s *shard) announce(name stream.Name) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.herald
	if h.waiting == nil {
		h.waiting = make(map[stream.Name]struct{})
	}
	if _, ok := h.waiting[name]; !ok {
		h.waiting[name] = struct{}{}
		h.names = append(h.names, name)
	}
	free := !h.busy
	h.busy = true
	return free
}

// nextNews takes the oldest name. Without one it ends the caller's turn.
func (s *shard) nextNews() (name stream.Name, exists, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.herald
	if len(h.names) == 0 {
		h.names, h.busy = nil, false
		return "", false, false
	}
	name, h.names = h.names[0], h.names[1:]
	delete(h.waiting, name)
	_, exists = s.topics[name]
	return name, exists, true
}
