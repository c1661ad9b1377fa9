package member

import (
	"fmt"
	"slices"
)

// cluster is what peers tell of the cluster that they belong to.
type cluster struct {
	id       string
	groups   int
	founders []Founder
	roster   Roster // the newest; none of version 0
}

// existing puts together what the answers say of a cluster. The newest roster
// counts: some members may not have heard of the last change.
func existing(answers map[string]Hello) (c cluster, exists bool, err error) {
	for _, a := range answers {
		if a.Cluster == "" {
			continue
		}
		if exists && a.Cluster != c.id {
			return c, false, refuse(ErrOtherCluster, "the --peers belong to different clusters, %s and %s",
				min(c.id, a.Cluster), max(c.id, a.Cluster))
		}
		exists, c.id, c.groups = true, a.Cluster, a.Groups
		if len(a.Founders) > 0 {
			c.founders = a.Founders
		}
		if a.Roster != nil && a.Roster.Version > c.roster.Version {
			c.roster = *a.Roster
		}
	}
	return c, exists, nil
}

// receive decides for a node that is not part of the cluster, or does not know
// that it is.
func (c cluster) receive(self Hello) Decision {
	if !self.Empty {
		return refused("there is a cluster, %s, and this directory holds streams of its own: only an empty one can join", c.id)
	}
	if c.roster.Version == 0 {
		return c.receiveEarly(self)
	}
	m, member := c.roster.Find(self.Node)
	switch {
	case !member && c.founded(self):
		return refused("node %s was removed from cluster %s", self.Node, c.id)
	case !member:
		return waiting("there is a cluster, %s; to make this node a member: ursula ctl cluster add %s=%s",
			c.id, self.Node, self.Address)
	case m.Disk == self.Disk:
		return c.resume(self)
	case m.State == Joining && m.Disk == "" && m.Address != self.Address:
		return refused("cluster %s expects node %s at %s, and this one is at %s", c.id, m.ID, m.Address, self.Address)
	case m.State == Joining && m.Disk == "":
		return Decision{Do: Join, Cluster: c.id, Groups: c.groups, Reason: "joining cluster " + c.id}
	case m.Successor != nil:
		return waiting("the disk that was node %s is being removed from the groups of cluster %s", m.ID, c.id)
	}
	return refused("%s", otherDisk(m, self.Disk))
}

// receiveEarly is for a cluster that has not written its first roster: it has
// exactly its founders.
func (c cluster) receiveEarly(self Hello) Decision {
	for _, f := range c.founders {
		switch {
		case f.ID == self.Node && f.Disk == self.Disk:
			return c.resume(self)
		case f.ID == self.Node:
			return refused("%s", otherDisk(Member{ID: f.ID, Address: f.Address, Disk: f.Disk}, self.Disk))
		}
	}
	return waiting("there is a cluster, %s, which is about to begin", c.id)
}

// resume is for a disk that belongs to the cluster and has not stored that yet: a
// founder that the others were faster than, or a crash in between.
func (c cluster) resume(self Hello) Decision {
	d := Decision{Do: Proceed, Cluster: c.id, Groups: c.groups, Reason: "part of cluster " + c.id}
	if c.founded(self) {
		d.Do, d.Founders = Found, sortFounders(c.founders)
	}
	return d
}

func (c cluster) founded(self Hello) bool {
	return slices.ContainsFunc(c.founders, func(f Founder) bool { return f.ID == self.Node && f.Disk == self.Disk })
}

func otherDisk(m Member, disk string) string {
	return fmt.Sprintf("node %s of this cluster has another disk (%.8s, here %.8s): this directory is empty or from elsewhere; "+
		"to put an empty disk in its place: ursula ctl cluster replace %s=%s", m.ID, m.Disk, disk, m.ID, m.Address)
}
