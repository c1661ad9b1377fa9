// Package node is the storage of one process: its groups, what they share, and
// the work that goes on beside requests.
//
// It owns the data directory, opens the groups of every shard with the engine
// that was chosen, and implements the ports of core/protocol/store and
// core/subscription on top of them: it stamps the clock into commands, finds the
// group of a name, follows forks from group to group, and puts pages together
// from memory and the cold store.
//
// Invariants:
//   - a data directory has one process at a time, one number of groups for
//     ever, and one engine;
//   - what waits for disk happens on the caller's goroutine or on a worker's,
//     never on one that applies;
//   - background work (expiry, forks to settle, flushing, snapshots) only ever
//     proposes; whether it still applies is decided by the state machine.
//
// The package does not know HTTP or how Raft works.
package node
