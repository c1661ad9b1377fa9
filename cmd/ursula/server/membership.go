package server

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"ursula/control/member"
	"ursula/core/node"
)

// membership is what this node knows of its cluster, kept in its data directory
// so that it knows whom to reach and to admit before anything is committed.
type membership struct {
	directory *node.Directory
	changed   func(member.Roster) // told of each newer roster

	mu    sync.Mutex
	known remembered
	there chan struct{} // closed when there is a roster
}

// remembered is the content of members.json.
type remembered struct {
	Founders []member.Founder `json:"founders,omitempty"`
	Roster   member.Roster    `json:"roster"`
}

func openMembership(d *node.Directory, changed func(member.Roster)) (*membership, error) {
	m := &membership{directory: d, changed: changed, there: make(chan struct{})}
	content, err := d.LoadMembers()
	if err != nil || content == nil {
		return m, err
	}
	defer m.announce(0)
	if err := json.Unmarshal(content, &m.known); err != nil {
		return nil, fmt.Errorf("members.json: %w: delete it, and this node asks its --peers", err)
	}
	return m, nil
}

func (m *membership) roster() member.Roster {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known.Roster
}

func (m *membership) founders() []member.Founder {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known.Founders
}

// found remembers with whom the cluster began, before anything is done with it.
func (m *membership) found(founders []member.Founder) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known.Founders = founders
	return m.save()
}

// learn takes over a roster if it is newer than what is known.
func (m *membership) learn(r member.Roster) error {
	m.mu.Lock()
	before := m.known.Roster.Version
	newer := r.Version > before
	var err error
	if newer {
		m.known.Roster = r
		err = m.save()
		m.announce(before)
	}
	m.mu.Unlock()
	if newer && err == nil {
		m.changed(r)
	}
	return err
}

// announce says that there is a roster, where before there was none.
func (m *membership) announce(before uint64) {
	if before == 0 && m.known.Roster.Version > 0 {
		close(m.there)
	}
}

// await returns once there is a roster.
func (m *membership) await(ctx context.Context) error {
	select {
	case <-m.there:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// save is called with mu held. It is rare and its file is small.
func (m *membership) save() error {
	content, err := json.MarshalIndent(m.known, "", "  ")
	if err != nil {
		return err
	}
	return m.directory.SaveMembers(content)
}

// identity is what this node says of itself on connections.
func (m *membership) identity() member.Identity {
	id := m.directory.Identity()
	return member.Identity{Cluster: id.Cluster, Node: id.NodeID, Disk: id.Disk}
}
