package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// nodeID is what a node may be called.
const nodeID = `^[a-zA-Z0-9_-]{1,63}$`

// Peers are nodes and their addresses, as id=host:port,id=host:port in the order
// of the ids.
type Peers string

// Addresses returns the peers by node id.
func (p Peers) Addresses() map[string]string {
	peers := make(map[string]string)
	for entry := range strings.SplitSeq(string(p), ",") {
		if id, address, ok := strings.Cut(entry, "="); ok {
			peers[id] = address
		}
	}
	return peers
}

func parsePeers(text string) (Peers, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	peers := make(map[string]string)
	for entry := range strings.SplitSeq(text, ",") {
		id, address, ok := strings.Cut(strings.TrimSpace(entry), "=")
		if !ok || id == "" || address == "" {
			return "", fmt.Errorf("%q is not id=host:port", entry)
		}
		if _, twice := peers[id]; twice {
			return "", fmt.Errorf("node %s is there twice", id)
		}
		peers[id] = address
	}
	var entries []string
	for _, id := range slices.Sorted(maps.Keys(peers)) {
		entries = append(entries, id+"="+peers[id])
	}
	return Peers(strings.Join(entries, ",")), nil
}

func (c Config) validateCluster() error {
	k := c.Cluster
	var problems []error
	if !regexp.MustCompile(nodeID).MatchString(k.NodeID) {
		problems = append(problems, fmt.Errorf("node-id: %q is not 1 to 63 letters, digits, - or _", k.NodeID))
	}
	if files := (k.TLS.Cert != "") == (k.TLS.Key != "") && (k.TLS.Key != "") == (k.TLS.CA != ""); !files {
		problems = append(problems, errors.New("cluster-cert, cluster-key, cluster-ca: give all three or none"))
	}
	if !k.Enabled() {
		if k.Peers != "" {
			problems = append(problems, errors.New("peers: needs cluster-listen, the address at which they reach this node"))
		}
		return errors.Join(problems...)
	}
	if c.Engine != EngineRaftWAL {
		problems = append(problems, fmt.Errorf("engine: a member of a cluster must keep what it voted for: %s cannot", c.Engine))
	}
	problems = append(problems, address("cluster-listen", k.Listen))
	peers := k.Peers.Addresses()
	if _, listed := peers[k.NodeID]; k.Peers != "" && !listed {
		problems = append(problems, fmt.Errorf("peers: node %s itself is not among them", k.NodeID))
	}
	for _, peer := range peers {
		problems = append(problems, address("peers", peer))
	}
	return errors.Join(problems...)
}
