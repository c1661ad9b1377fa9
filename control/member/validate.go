package member

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// maxID is the length of the longest id, as that of a DNS label.
const maxID = 63

// Peer is a node by name and place.
type Peer struct {
	ID      string `json:"id"`
	Address string `json:"address"` // host:port
}

// ParsePeer reads "ID=HOST:PORT".
func ParsePeer(text string) (Peer, error) {
	id, address, ok := strings.Cut(text, "=")
	if !ok {
		return Peer{}, refuse(ErrInvalid, "%q is not of the form ID=HOST:PORT", text)
	}
	p := Peer{ID: id, Address: address}
	return p, p.validate()
}

func (p Peer) String() string { return p.ID + "=" + p.Address }

func (p Peer) validate() error {
	if err := ValidID(p.ID); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(p.Address)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" {
		return refuse(ErrInvalid, "address %q of node %s is not of the form HOST:PORT", p.Address, p.ID)
	}
	return nil
}

// ValidID returns an ErrInvalid unless id can name a node.
func ValidID(id string) error {
	legal := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
	}
	if len(id) == 0 || len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool { return !legal(r) }) {
		return refuse(ErrInvalid, "node id %q is not 1 to %d letters, digits, _ or -", id, maxID)
	}
	return nil
}

// CompareIDs puts ids in the order that people expect: 2 before 10.
func CompareIDs(a, b string) int {
	n, notA := strconv.ParseUint(a, 10, 64)
	m, notB := strconv.ParseUint(b, 10, 64)
	if notA == nil && notB == nil && n != m {
		return cmp.Compare(n, m)
	}
	return cmp.Compare(a, b)
}

func (r Roster) validate() error {
	switch {
	case r.Cluster == "":
		return refuse(ErrInvalid, "roster names no cluster")
	case r.Groups < 1 || r.Groups > MaxGroups:
		return refuse(ErrInvalid, "%d groups are not 1 to %d", r.Groups, MaxGroups)
	case len(r.Members) > MaxMembers:
		return refuse(ErrFull, "a cluster has at most %d members, those that leave included", MaxMembers)
	}
	owner := make(map[string]string) // of an address or an id
	for _, m := range r.Members {
		if err := m.validate(); err != nil {
			return err
		}
		for _, claim := range m.claims() {
			if other, taken := owner[claim]; taken {
				return refuse(ErrExists, "%s belongs to node %s", claim, other)
			}
			owner[claim] = m.ID
		}
	}
	return nil
}

// claims are what no other member may have.
func (m Member) claims() []string {
	claims := []string{"id " + m.ID, "address " + m.Address}
	if m.Successor != nil && m.Successor.Address != m.Address {
		claims = append(claims, "address "+m.Successor.Address)
	}
	return claims
}

func (m Member) validate() error {
	if !slices.Contains([]State{Joining, Active, Draining, Leaving}, m.State) {
		return refuse(ErrInvalid, "node %s has the unknown state %q", m.ID, m.State)
	}
	if m.Successor != nil {
		if m.State != Leaving {
			return refuse(ErrInvalid, "node %s has a successor and is not leaving", m.ID)
		}
		if err := (Peer{m.ID, m.Successor.Address}).validate(); err != nil {
			return fmt.Errorf("successor: %w", err)
		}
	}
	return Peer{m.ID, m.Address}.validate()
}
