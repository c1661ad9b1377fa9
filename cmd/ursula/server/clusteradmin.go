package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"ursula/control/admin"
	"ursula/control/member"
	"ursula/control/place"
	"ursula/core/group"
	"ursula/core/node"
	"ursula/core/protocol/problem"
)

var _ admin.Cluster = adminPort{}

// adminPort is the cluster as the admin API sees it.
type adminPort struct{ cluster *cluster }

// Status implements admin.Cluster.
func (p adminPort) Status() place.Status { return p.cluster.keeper.Load().Status() }

// Update implements admin.Cluster.
func (p adminPort) Update(ctx context.Context, change func(member.Roster) (member.Roster, error)) error {
	return rosterPort(p).Update(ctx, change)
}

// runsPatience bounds the wait for the answer of a member that may be dead.
const runsPatience = time.Second

// Runs implements admin.Cluster. The empty disk that is to come answers to the same
// name, and from the same address.
func (p adminPort) Runs(ctx context.Context, id string) bool {
	m, _ := p.cluster.membership.roster().Find(id)
	if m.Disk == "" || m.Disk == p.cluster.membership.identity().Disk {
		return m.Disk != ""
	}
	ctx, cancel := context.WithTimeout(ctx, runsPatience)
	defer cancel()
	who, err := p.cluster.links.Probe(ctx, m.Address)
	return err == nil && who.Disk == m.Disk
}

// transferRequest is the body of methodTransfer.
type transferRequest struct {
	Group uint32 `json:"group"`
	To    string `json:"to"`
}

// Transfer implements admin.Cluster: the group's leader is asked to give it away.
func (p adminPort) Transfer(ctx context.Context, id uint32, to string) error {
	c := p.cluster
	views := c.node.Views()
	if int(id) >= len(views) {
		return fmt.Errorf("there is no group %d", id)
	}
	leader := views[id].Leader
	switch {
	case leader == to:
		return nil
	case leader == c.config.NodeID:
		return groupsPort{c.node}.Transfer(ctx, id, to)
	case leader == "":
		return group.ErrNoLeader
	}
	body, err := json.Marshal(transferRequest{id, to})
	if err != nil {
		return err
	}
	_, err = calls{c.links}.Call(ctx, leader, methodTransfer, body)
	return err
}

// answerTransfer answers methodTransfer.
func (c *cluster) answerTransfer(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	var r transferRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return nil, err
	}
	if c.keeper.Load() == nil {
		return nil, errStarting
	}
	return nil, groupsPort{c.node}.Transfer(ctx, r.Group, r.To)
}

// openClusterAdmin serves the operator's API of a member. It is there once the
// node is.
func (s *Server) openClusterAdmin() {
	h := admin.New(adminPort{s.cluster}, admin.Options{
		Node: s.config.Cluster.NodeID, Version: version(), Boot: rand.Text(), Stop: s.quit, Log: s.log,
		Digest: s.cluster.digest,
	})
	s.clusterAdmin.Store(&h)
}

// digest is admin.Options.Digest.
func (c *cluster) digest(ctx context.Context, id uint32, from uint64, patience time.Duration) (admin.Digest, error) {
	d, err := c.node.Digest(ctx, id, from, patience)
	if errors.Is(err, node.ErrNoGroup) {
		return admin.Digest{}, admin.ErrGroup
	}
	return admin.Digest{Applied: d.Applied, Bytes: d.Bytes, SHA256: hex.EncodeToString(d.Sum[:])}, err
}

func (s *Server) serveClusterAdmin(w http.ResponseWriter, r *http.Request) {
	if h := s.clusterAdmin.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	if !s.config.Cluster.Enabled() {
		problem.Write(w, problem.Problem{Status: http.StatusNotFound, Code: "no-cluster",
			Detail: "this node is not a member of a cluster: it runs without --cluster-listen"})
		return
	}
	w.Header().Set("Retry-After", "1")
	problem.Write(w, problem.Problem{Status: http.StatusServiceUnavailable, Code: "unavailable", Detail: "the node is starting"})
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unreleased"
}
