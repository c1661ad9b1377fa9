package member_test

import (
	"errors"
	"testing"
	"time"

	"ursula/control/member"
)

func TestOnlyMembersAreAdmitted(t *testing.T) {
	known := roster(t)
	self := member.Identity{Cluster: known.Cluster, Node: "1", Disk: "disk-1"}
	awaited, err := known.Add(member.Peer{ID: "4", Address: "host-4:1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	two := member.Identity{Cluster: known.Cluster, Node: "2", Disk: "disk-2"}
	for name, c := range map[string]struct {
		roster     member.Roster
		self, from member.Identity
		want       error
	}{
		"a member":                 {*known, self, two, nil},
		"before the first roster":  {member.Roster{}, self, two, nil},
		"a newcomer":               {*known, self, member.Identity{Node: "4", Disk: "d"}, member.ErrNewcomer},
		"two newcomers":            {member.Roster{}, member.Identity{Node: "1"}, member.Identity{Node: "2"}, member.ErrNewcomer},
		"not part of it oneself":   {member.Roster{}, member.Identity{Node: "1"}, two, member.ErrNewcomer},
		"another cluster":          {*known, self, member.Identity{Cluster: "x", Node: "2", Disk: "disk-2"}, member.ErrOtherCluster},
		"an empty disk":            {*known, self, member.Identity{Cluster: known.Cluster, Node: "2", Disk: "fresh"}, member.ErrDisk},
		"a disk before its place":  {awaited, self, member.Identity{Cluster: known.Cluster, Node: "4", Disk: "old"}, member.ErrDisk},
		"the newcomer in a place":  {awaited, self, member.Identity{Node: "4", Disk: "fresh"}, member.ErrNewcomer},
		"one that was removed":     {*known, self, member.Identity{Cluster: known.Cluster, Node: "9", Disk: "d"}, member.ErrUnknown},
		"another cluster, no list": {member.Roster{}, self, member.Identity{Cluster: "x", Node: "2"}, member.ErrOtherCluster},
	} {
		t.Run(name, func(t *testing.T) {
			if err := member.Admit(c.roster, c.self, c.from); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
