package raftgroup

import (
	"slices"

	"github.com/hashicorp/raft"
)

// quorum returns the other voters, and how many of them make a majority: with
// this node, or without it if it has no vote, being about to be removed. The
// slice must not be changed.
func (e *Engine) quorum() (others []string, need int) {
	f := e.raft.GetConfiguration()
	if f.Error() != nil {
		return nil, 1
	}
	c := f.Configuration()
	v := e.voters.Load()
	if v == nil || !v.of(c) {
		v = votersOf(c, e.options.NodeID)
		e.voters.Store(v)
	}
	return v.others, v.need
}

// voters is a configuration as reads need it, many times for each change.
type voters struct {
	servers []raft.Server // of the configuration
	others  []string
	need    int
}

// votersOf lists the others beginning behind self, as in a ring: when each node asks the
// first ones, all are asked as often.
func votersOf(c raft.Configuration, self string) *voters {
	v := &voters{servers: c.Servers}
	var before []string
	count := 0
	for _, s := range c.Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		if count++; s.ID == raft.ServerID(self) {
			before, v.others = v.others, nil
			continue
		}
		v.others = append(v.others, string(s.ID))
	}
	v.others = append(v.others, before...)
	v.need = count/2 + 1
	if len(v.others) < count {
		v.need--
	}
	return v
}

// of reports whether v was made of c: Raft makes a new list for each change.
func (v *voters) of(c raft.Configuration) bool {
	if len(c.Servers) == 0 || len(v.servers) == 0 {
		return len(c.Servers) == len(v.servers)
	}
	return len(c.Servers) == len(v.servers) && &c.Servers[0] == &v.servers[0]
}

// without returns a list without id, and whether it was there.
func without(list []string, id string) ([]string, bool) {
	i := slices.Index(list, id)
	if i < 0 {
		return list, false
	}
	return slices.Delete(slices.Clone(list), i, i+1), true
}
