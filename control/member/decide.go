package member

import (
	"fmt"
	"slices"
	"strings"
)

// Action is what a starting node does next.
type Action int

// What Decide may say.
const (
	Wait    Action = iota // ask the peers again after a pause; Reason says for what
	Found                 // store Cluster and Founders, then begin the groups with all founders as voters
	Join                  // ask a member to note this disk in the roster (Roster.Join), then ask again
	Proceed               // store Cluster, if it is new, and let the leaders add this node to their groups
	Refuse                // end the process with Reason
)

func (a Action) String() string {
	return [...]string{"wait", "found", "join", "proceed", "refuse"}[a]
}

// Decision is what a starting node does next. What is to be stored, is stored
// before anything else is done with it; then a crash at any moment leads to the
// same decision again.
type Decision struct {
	Do       Action
	Reason   string    // for the log, or of the refusal
	Cluster  string    // Found, Join, Proceed
	Groups   int       // of the cluster: Found, Join, Proceed
	Founders []Founder // Found
}

// Decide judges by what the node knows of itself and what its peers answered to
// its hello, by the ids under which it lists them. Peers that are missing did not
// answer.
func Decide(self Hello, answers map[string]Hello) Decision {
	if self.Cluster != "" {
		return Decision{Do: Proceed, Cluster: self.Cluster, Groups: self.Groups}
	}
	if d, wrong := misplaced(self, answers); wrong {
		return d
	}
	if c, exists, err := existing(answers); err != nil {
		return refused("%v", err)
	} else if exists {
		return c.receive(self)
	}
	if len(self.others()) == 0 {
		return foundAlone(self)
	}
	return foundTogether(self, answers)
}

// foundAlone is for a node that names nobody whom it could ask. What has been a server
// of one node grows in this way. An empty directory may be what is left of a member:
// grown clusters have members that name nobody.
func foundAlone(self Hello) Decision {
	if self.Empty {
		return refused("this directory is empty, and --peers name nobody who could say whether there is a cluster: name the members; " +
			"or, to begin one with this node alone, start it once without --cluster-listen and --peers")
	}
	return found(self, nil)
}

// foundTogether is for a node that has heard of no cluster. It may only found one
// when it knows of everybody that there is none: a peer that is silent could be
// the member of one.
func foundTogether(self Hello, answers map[string]Hello) Decision {
	switch silent := silent(self, answers); {
	case !self.Empty:
		return refused("this directory holds streams of its own, and can only be grown into a cluster: " +
			"start it without --peers, and add the others to it: ursula ctl cluster add ID=HOST:PORT")
	case len(silent) > 0:
		return waiting("no answer yet from %s", strings.Join(silent, ", "))
	case !self.lists():
		return waiting("no cluster to join yet: its own --peers do not name node %s, so it founds none", self.Node)
	}
	for _, p := range self.others() {
		if d, differs := compare(self, answers[p.ID]); differs {
			return d
		}
	}
	return found(self, answers)
}

// compare looks for what keeps two empty nodes from founding a cluster.
func compare(self, other Hello) (Decision, bool) {
	switch {
	case !other.Empty:
		return waiting("node %s holds streams of its own: start it without --peers, then add this node to it: "+
			"ursula ctl cluster add %s=%s", other.Node, self.Node, self.Address), true
	case !slices.Equal(sortPeers(self.Peers), sortPeers(other.Peers)):
		return refused("node %s was started with other --peers (%s) than this one (%s)",
			other.Node, list(other.Peers), list(self.Peers)), true
	case other.Groups != self.Groups:
		return refused("node %s would found the cluster with %d groups, this one with %d: give all the same --groups",
			other.Node, other.Groups, self.Groups), true
	}
	return Decision{}, false
}

func found(self Hello, answers map[string]Hello) Decision {
	founders := []Founder{self.founder()}
	for _, a := range answers {
		founders = append(founders, a.founder())
	}
	return Decision{
		Do: Found, Cluster: ClusterID(founders), Groups: self.Groups, Founders: sortFounders(founders),
		Reason: fmt.Sprintf("founding a cluster of %d", len(founders)),
	}
}

// misplaced looks for a peer that is not who it is listed as.
func misplaced(self Hello, answers map[string]Hello) (Decision, bool) {
	for _, p := range self.others() {
		a, answered := answers[p.ID]
		switch {
		case answered && a.Node != p.ID:
			return refused("the node at %s calls itself %s, and is %s among the --peers", p.Address, a.Node, p.ID), true
		case answered && a.Disk == self.Disk:
			return refused("node %s has the disk of this one: a data directory was copied", a.Node), true
		}
	}
	return Decision{}, false
}

func silent(self Hello, answers map[string]Hello) (silent []string) {
	for _, p := range self.others() {
		if _, ok := answers[p.ID]; !ok {
			silent = append(silent, p.String())
		}
	}
	return silent
}

func list(peers []Peer) string {
	var all []string
	for _, p := range sortPeers(peers) {
		all = append(all, p.String())
	}
	return strings.Join(all, ",")
}

func waiting(format string, args ...any) Decision {
	return Decision{Do: Wait, Reason: fmt.Sprintf(format, args...)}
}

func refused(format string, args ...any) Decision {
	return Decision{Do: Refuse, Reason: fmt.Sprintf(format, args...)}
}
