// Package admintest is a cluster in memory for tests of what administers one: its
// groups reach what the roster wants by one step each time that somebody looks. It
// knows nothing of real nodes.
package admintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

// ErrNoMajority is what a Cluster answers while Broken.
var ErrNoMajority = errors.New("group 0 has no majority")

// Cluster implements admin.Cluster. Methods may be called concurrently.
type Cluster struct {
	mu      sync.Mutex
	roster  member.Roster
	leaders []string
	down    map[string]bool
	broken  bool
}

// New returns a cluster of active members 1 to nodes, which share the groups.
func New(nodes, groups int) *Cluster {
	c := &Cluster{down: map[string]bool{}}
	var founders []member.Founder
	for i := range nodes {
		id := fmt.Sprint(i + 1)
		founders = append(founders, member.Founder{ID: id, Address: "127.0.0." + id + ":5437", Disk: "disk-" + id})
	}
	roster, err := member.First("test", groups, founders, time.Unix(0, 0))
	if err != nil {
		panic(err) // the test asks for nonsense
	}
	c.roster = roster
	for i := range groups {
		c.leaders = append(c.leaders, founders[i%nodes].ID)
	}
	return c
}

// Roster returns the roster.
func (c *Cluster) Roster() member.Roster {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.roster
}

// SetDown says whether a node is away.
func (c *Cluster) SetDown(id string, down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down[id] = down
}

// SetBroken makes all changes fail.
func (c *Cluster) SetBroken(broken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = broken
}

// Update implements admin.Cluster.
func (c *Cluster) Update(_ context.Context, change func(member.Roster) (member.Roster, error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return ErrNoMajority
	}
	next, err := change(c.roster)
	if err == nil {
		c.roster = next
	}
	return err
}

// Transfer implements admin.Cluster.
func (c *Cluster) Transfer(_ context.Context, group uint32, to string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaders[group] = to
	return nil
}

// Runs implements admin.Cluster.
func (c *Cluster) Runs(_ context.Context, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, there := c.roster.Find(id)
	return there && m.Disk != "" && !c.down[id]
}

// Status implements admin.Cluster, and lets everything come one step nearer to
// what is wanted.
func (c *Cluster) Status() place.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := place.Summarize(c.roster, c.view(), place.DefaultLimits())
	c.step()
	return s
}

func (c *Cluster) view() (v place.View) {
	var voters []string
	lag := map[string]uint64{}
	for _, m := range c.roster.Members {
		v.Members = append(v.Members, place.Member{ID: m.ID, State: m.State, Reachable: !c.down[m.ID]})
		if m.State != member.Joining {
			voters = append(voters, m.ID)
		}
		if !c.down[m.ID] {
			lag[m.ID] = 0
		}
	}
	for i, leader := range c.leaders {
		v.Groups = append(v.Groups, place.Group{ID: uint32(i), Leader: leader, Voters: voters, Lag: lag, Settled: true})
	}
	return v
}

// step moves one leader off a node that must not lead; when none is left, it ends
// one joining or leaving.
func (c *Cluster) step() {
	able := c.able()
	for i, leader := range c.leaders {
		if !slices.Contains(able, leader) && len(able) > 0 {
			c.leaders[i] = able[i%len(able)]
			return
		}
	}
	next, err := c.roster, error(nil)
	for _, m := range c.roster.Members {
		switch {
		case m.State == member.Joining && m.Disk == "":
			next, err = c.roster.Join(member.Peer{ID: m.ID, Address: m.Address}, "disk-"+m.ID)
		case m.State == member.Joining:
			next, err = c.roster.Activate(m.ID, time.Unix(0, 0))
		case m.State == member.Leaving:
			next, err = c.roster.Removed(m, time.Unix(0, 0))
		}
	}
	if err == nil {
		c.roster = next
	}
}

func (c *Cluster) able() (ids []string) {
	for _, m := range c.roster.Members {
		if m.State == member.Active && !c.down[m.ID] {
			ids = append(ids, m.ID)
		}
	}
	return ids
}
