// Package transport is the connections between nodes. It carries Raft's
// messages of all groups, calls of other packages, and bulk streams, to peers
// that are named by node id.
//
// Between two nodes there are up to three connections in each direction, one per
// Class. A node's requests go out on connections that it dialed, and their
// answers come back on the same.
//
// Invariants:
//   - An answer is for the request with its id on its connection, or for nobody.
//     What was cancelled, timed out, or sent on an earlier connection is never
//     answered afterwards.
//   - Readers never wait: not for a group, a handler, a disk, or the writer.
//     What they cannot hand over at once they refuse with Busy.
//   - Everything that waits to be written is bounded, and one group's share of it
//     as well.
//   - Requests of one group arrive in the order in which they were sent, except
//     heartbeats, which may overtake.
//   - A connection on which nothing is heard for Options.DeadAfter is closed.
//
// Who may connect, and what calls and streams mean, is for others to say: the
// package knows neither members nor leaders nor what a group holds. DESIGN.md
// beside this file has the reasons; package wire has the bytes.
package transport
