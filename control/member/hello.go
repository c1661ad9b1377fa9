package member

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Identity is what a node says of itself on each connection.
type Identity struct {
	Cluster string // "" until it is part of one
	Node    string
	Disk    string
}

// Founder is one of those that a cluster began with.
type Founder struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	Disk    string `json:"disk"`
}

// Hello is what a node tells another about itself, asked or not.
type Hello struct {
	Node    string `json:"node"`
	Address string `json:"address"` // where the others reach it
	Disk    string `json:"disk"`
	Cluster string `json:"cluster,omitempty"`
	Groups  int    `json:"groups"` // that it has, or would found a cluster with
	Empty   bool   `json:"empty"`  // its directory has never held a stream

	Peers    []Peer    `json:"peers,omitempty"`    // that it was started with
	Founders []Founder `json:"founders,omitempty"` // of its cluster, when it is one
	Roster   *Roster   `json:"roster,omitempty"`   // the newest that it knows
}

// Encode returns the hello as JSON (docs/formats/control.md).
func (h Hello) Encode() ([]byte, error) {
	return encode(struct {
		Format int `json:"format"`
		Hello
	}{format, h})
}

// DecodeHello reads what Encode wrote.
func DecodeHello(data []byte) (Hello, error) {
	var h Hello
	if err := decode("hello", data, &h); err != nil {
		return Hello{}, err
	}
	if h.Roster != nil {
		return h, h.Roster.validate()
	}
	return h, nil
}

// ClusterID names the cluster of these founders. Each of them computes the same
// name without asking, and other disks give another name.
func ClusterID(founders []Founder) string {
	hash := sha256.New()
	for _, f := range sortFounders(founders) {
		fmt.Fprintf(hash, "%s %s\n", f.ID, f.Disk)
	}
	return hex.EncodeToString(hash.Sum(nil))[:32]
}

func sortFounders(founders []Founder) []Founder {
	return slices.SortedFunc(slices.Values(founders), func(a, b Founder) int { return CompareIDs(a.ID, b.ID) })
}

func (h Hello) founder() Founder { return Founder{h.Node, h.Address, h.Disk} }

// others are the peers apart from the node itself, by id.
func (h Hello) others() []Peer {
	return slices.DeleteFunc(sortPeers(h.Peers), func(p Peer) bool { return p.ID == h.Node })
}

func sortPeers(peers []Peer) []Peer {
	return slices.SortedFunc(slices.Values(peers), func(a, b Peer) int { return CompareIDs(a.ID, b.ID) })
}

// lists says whether the node was started with itself among its peers.
func (h Hello) lists() bool {
	return slices.ContainsFunc(h.Peers, func(p Peer) bool { return p.ID == h.Node })
}
