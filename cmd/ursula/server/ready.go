package server

import (
	"net/http"
	"time"

	"ursula/core/group/raftgroup"
)

// readyz says whether the server takes requests: not while it recovers, not once it
// drains, and in a cluster not while there are groups that it cannot serve.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	if why := s.unready(); why != "" {
		say(w, http.StatusServiceUnavailable, "not ready: "+why)
		return
	}
	say(w, http.StatusOK, "ready")
}

func (s *Server) unready() string {
	switch {
	case s.draining.Load():
		return "it is stopping"
	case !s.ready.Load():
		return "it is starting"
	case s.cluster == nil:
		return ""
	}
	return s.cluster.keeper.Load().Unserved()
}

// outage is how long a group may be without a leader until the node is not ready:
// longer than it takes to miss a leader that has fallen silent, to elect another, and
// to hear of it.
func outage(groups int) time.Duration {
	return 2*raftgroup.TimersFor(groups).Heartbeat + 2*suspectAfter
}
