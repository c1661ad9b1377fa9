package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// errUntold says that nodes are ready and do not tell who leads what.
var errUntold = errors.New("no admin address serves /v1/cluster")

// clusterStatus is the part of GET /v1/cluster that is looked at here.
type clusterStatus struct {
	Members []struct {
		ID        string `json:"id"`
		Reachable bool   `json:"reachable"`
		Leads     int    `json:"leads"` // groups
	} `json:"members"`
	Groups []struct {
		Leader string `json:"leader"` // "": none is known
	} `json:"groups"`
}

// leaderless counts the groups without a leader.
func (s clusterStatus) leaderless() (n int) {
	for _, g := range s.Groups {
		if g.Leader == "" {
			n++
		}
	}
	return n
}

// balanced tells whether all nodes are there and lead equally many groups, as far as
// groups can be divided.
func (s clusterStatus) balanced() bool {
	least, most := math.MaxInt, 0
	for _, m := range s.Members {
		if !m.Reachable {
			return false
		}
		least, most = min(least, m.Leads), max(most, m.Leads)
	}
	return most-least <= 1
}

// busiest returns the id of the node that leads most groups.
func (s clusterStatus) busiest() (id string) {
	most := -1
	for _, m := range s.Members {
		if m.Leads > most {
			id, most = m.ID, m.Leads
		}
	}
	return id
}

// statusLimit bounds one question to an admin address.
const statusLimit = 5 * time.Second

// askStatus asks the admin addresses in turn until one tells. It returns errUntold when
// they answer and do not know of clusters.
func askStatus(ctx context.Context, admin Target) (s clusterStatus, err error) {
	for i := range admin.nodes {
		if s, err = askNode(ctx, admin, i); err == nil || errors.Is(err, errUntold) {
			return s, err
		}
	}
	return s, err
}

func askNode(ctx context.Context, admin Target, i int) (s clusterStatus, err error) {
	c, err := admin.dial(ctx, i)
	if err != nil {
		return s, err
	}
	defer c.close()
	_ = c.net.SetDeadline(time.Now().Add(statusLimit))
	if _, err := c.net.Write(request("GET", c.host, "/v1/cluster", nil)); err != nil {
		return s, err
	}
	h, err := c.receive()
	switch {
	case err != nil:
		return s, err
	case h.status == 404:
		return s, errUntold
	case h.status != 200:
		return s, fmt.Errorf("/v1/cluster on %s: status %d", c.host, h.status)
	}
	err = json.NewDecoder(c.body(h)).Decode(&s)
	return s, err
}
