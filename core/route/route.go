// Package route says where a stream lives: name to group, group to shard.
//
// It owns the placement function, which is part of the data format: the group
// count is fixed when a cluster is created, and the hash never changes, or
// streams would no longer be found. The shard of a group only says which core
// of this process serves it and may differ after a restart.
//
// The package knows nothing of nodes, Raft or HTTP.
package route

import (
	"strings"

	"github.com/cespare/xxhash/v2"

	"ursula/core/stream"
)

// Table places streams. It is a value and safe for concurrent use.
type Table struct {
	Groups uint32 // at least 1; fixed when the cluster is created
	Shards int    // at least 1; follows the machine
}

// Group is the group of a stream: the hash of its bucket and affinity key, or
// of its whole name where there is no affinity key.
func (t Table) Group(name stream.Name) uint32 { return t.place(affinity(name)) }

// Home is the group of records that are kept under a key of their own.
func (t Table) Home(home string) uint32 { return t.place("\x00record/" + home) }

// Shard is the shard of a group.
func (t Table) Shard(group uint32) int { return int(group) % t.Shards }

func (t Table) place(key string) uint32 {
	return uint32(xxhash.Sum64String(key) % uint64(t.Groups))
}

// affinity is the part of a name that decides its group. Outside the built-in
// bucket, the first of two path segments is an affinity key: streams that share
// it share a group.
func affinity(name stream.Name) string {
	if name.Bucket() == stream.DefaultBucket {
		return string(name)
	}
	key, _, found := strings.Cut(name.Path(), "/")
	if !found {
		return string(name)
	}
	return name.Bucket() + "/" + key
}
