package member_test

import (
	"testing"

	"pgregory.net/rapid"

	"ursula/control/member"
)

// starter is a node that is being started; its disk is what a crash leaves.
type starter struct {
	hello   member.Hello
	refused bool
}

// say asks those of the others that can be heard and acts on the decision,
// unless it crashes before that is stored.
func (s *starter) say(all map[string]*starter, heard func() bool, crash bool) member.Decision {
	answers := map[string]member.Hello{}
	for _, p := range s.hello.Peers {
		if p.ID != s.hello.Node && heard() {
			answers[p.ID] = all[p.ID].hello
		}
	}
	d := member.Decide(s.hello, answers)
	if crash {
		return d
	}
	s.refused = d.Do == member.Refuse
	if d.Do == member.Found {
		s.hello.Cluster, s.hello.Founders, s.hello.Empty = d.Cluster, d.Founders, false
	}
	return d
}

// Three empty nodes that hear each other now and then, and crash, found one
// cluster. A node that loses its disk once a cluster exists never begins another.
func TestNodesFoundOneCluster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"1", "2", "3"}
		all := map[string]*starter{}
		for _, id := range ids {
			all[id] = &starter{hello: empty(id, ids...)}
		}
		heard := func() bool { return rapid.Bool().Draw(t, "heard") }
		clusters := map[string]bool{}
		act := func(id string, heard func() bool, crash bool) {
			all[id].say(all, heard, crash)
			if c := all[id].hello.Cluster; c != "" {
				clusters[c] = true
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			act(rapid.SampledFrom(ids).Draw(t, "node"), heard, rapid.Bool().Draw(t, "crash"))
		}
		for _, id := range ids {
			act(id, func() bool { return true }, false)
		}
		if len(clusters) != 1 {
			t.Fatalf("founded %d clusters", len(clusters))
		}

		lost := rapid.SampledFrom(ids).Draw(t, "lost")
		all[lost] = &starter{hello: with(empty(lost, ids...), func(h *member.Hello) { h.Disk = "fresh" })}
		for range 5 {
			act(lost, heard, false)
		}
		act(lost, func() bool { return true }, false)
		if len(clusters) != 1 || all[lost].hello.Cluster != "" || !all[lost].refused {
			t.Fatalf("an empty disk: cluster %q, refused %v", all[lost].hello.Cluster, all[lost].refused)
		}
	})
}
