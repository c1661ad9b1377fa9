package node

import (
	"ursula/core/forward"
	"ursula/core/group/raftgroup"
)

// ClusterStats is what a member of a cluster has seen and done so far.
type ClusterStats struct {
	Leaderless int // groups whose leader it does not know
	Elections  raftgroup.Elections
	Forward    forward.Stats
	Questions  forward.QuestionStats
}

// ClusterStats sums up all groups. It waits for nothing.
func (n *Node) ClusterStats() (s ClusterStats) {
	for _, g := range n.groups {
		if g.local == nil {
			continue
		}
		if id, _ := g.local.Leader(); id == "" {
			s.Leaderless++
		}
		s.Elections = s.Elections.Add(g.local.Elections())
		if e, ok := g.engine.(*forward.Engine); ok {
			s.Forward = s.Forward.Add(e.Stats())
		}
	}
	if n.questions != nil {
		s.Questions = n.questions.Stats()
	}
	return s
}
