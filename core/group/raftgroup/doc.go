// Package raftgroup is the group engine over hashicorp/raft.
//
// It owns the Raft instance of one group: its configuration, its state machine
// (three short delegations to the Replica), leadership as proposals and reads
// need it, and the adapter that keeps Raft's snapshots in a snapshot.Store. Logs
// and transport are given: with a durable log it is the raft-wal engine, with
// one in memory raft-memory.
//
// A new leader serves nothing before a barrier of its own term has been
// applied. The package does not know shards, HTTP or what commands mean.
package raftgroup
