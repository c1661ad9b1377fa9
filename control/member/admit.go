package member

// Admit judges a node that opens a connection, or answers one. roster is the
// newest that this node knows, of version 0 when it knows none: then the cluster's
// name is enough. The text of a refusal is made for the other side.
//
// ErrNewcomer stands for a node that is not part of a cluster; it may say hello
// and ask to join, and nothing else. It is also the answer when this node is the
// one that is not.
func Admit(roster Roster, self, from Identity) error {
	switch {
	case from.Cluster == "":
		return refuse(ErrNewcomer, "node %s is not part of a cluster yet", from.Node)
	case self.Cluster == "":
		return refuse(ErrNewcomer, "node %s, which you called, is not part of a cluster yet", self.Node)
	case from.Cluster != self.Cluster:
		return refuse(ErrOtherCluster, "node %s belongs to cluster %s, and this is cluster %s", from.Node, from.Cluster, self.Cluster)
	case roster.Version == 0:
		return nil
	}
	m, known := roster.Find(from.Node)
	switch {
	case !known:
		return refuse(ErrUnknown, "node %s is not a member of cluster %s: it was removed, or never added", from.Node, self.Cluster)
	case m.Disk == "":
		return refuse(ErrDisk, "node %s is expected with an empty directory, which has not come yet: the disk %.8s has no place in cluster %s",
			m.ID, from.Disk, self.Cluster)
	case m.Disk != from.Disk:
		return refuse(ErrDisk, "%s", otherDisk(m, from.Disk))
	}
	return nil
}
