// Package wal keeps the Raft logs and the stable values of all groups of a
// node, over one journal. A Log serves one group to hashicorp/raft as its
// LogStore, StableStore and MonotonicLogStore.
//
// In memory a log is 16 bytes an entry, its position in the journal, and a
// share of a cache of the newest entries. Everything is rebuilt by replay.
//
// Invariants:
//   - The entries of a log have consecutive indexes.
//   - A method that changes something returns when the change is on disk; only
//     then do readers see it.
//   - Live in the journal are a log's entries and the newest value of each
//     stable key. Records of truncation and compaction are released as soon as
//     they are written: the journal removes segments in order, so they outlast
//     what they cancel.
//   - MoveForward repeats what is live in old segments at the head, marked as
//     moved. A moved entry replaces its older copy and truncates nothing.
//
// The package knows nothing of streams, nor of when a group should snapshot.
package wal
