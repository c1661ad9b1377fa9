// Package snapshot keeps the snapshots of one group as files.
//
// A Store owns a directory. A snapshot becomes visible when it is complete and
// durable, and never before: it is written under a temporary name, synced,
// renamed, and the directory synced. Its content is checksummed block by block
// and a reader never hands out a byte that it has not verified. After a new
// snapshot the older ones are removed, except the newest of them, which stays
// as long as it may be open.
//
// The package does not know what a snapshot contains, nor Raft: the caller
// gives an order (a sequence number) and an opaque description.
package snapshot
