package cluster

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Status is the part of a node's account of its cluster that tests look at.
type Status struct {
	Members []struct {
		ID        string
		State     string
		Reachable bool
		Leads     int
		Votes     int
		CaughtUp  int
		Cold      struct{ Missing int }
	}
	Groups []struct {
		ID     uint32
		Leader string
		Voters []string
	}
}

var (
	errStatus     = errors.New("no account of the cluster")
	errLeaderless = errors.New("some group has no leader")
	errNoLeader   = errors.New("no node leads")
)

// Status asks the node for its account of the cluster.
func (n *Node) Status(ctx context.Context) (Status, error) {
	var s Status
	return s, n.ask(ctx, n.AdminURL()+"/v1/cluster", &s, errStatus)
}

// Leader is the living node that leads most groups, as some living node sees it, who
// may not know yet who has died.
func (c *Cluster) Leader(ctx context.Context) (*Node, error) {
	status, err := c.status(ctx)
	if err != nil {
		return nil, err
	}
	return c.leader(status)
}

// status is the account of the first living node that gives one.
func (c *Cluster) status(ctx context.Context) (status Status, err error) {
	err = errStatus
	for _, node := range c.nodes {
		if !node.Alive() {
			continue
		}
		if status, err = node.Status(ctx); err == nil {
			break
		}
	}
	return status, err
}

func (c *Cluster) leader(status Status) (*Node, error) {
	leads := map[string]int{}
	for _, group := range status.Groups {
		if group.Leader == "" {
			return nil, fmt.Errorf("%w: %d", errLeaderless, group.ID)
		}
		leads[group.Leader]++
	}
	var best *Node
	for _, node := range c.nodes {
		if count := leads[strconv.Itoa(node.ID)]; count > 0 && node.Alive() && (best == nil || count > leads[strconv.Itoa(best.ID)]) {
			best = node
		}
	}
	if best == nil {
		return nil, errNoLeader
	}
	return best, nil
}
