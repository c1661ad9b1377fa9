// Package rollout replaces the processes of a cluster one after the other, without
// a moment in which the cluster does not serve: a rolling restart, with another
// binary or another configuration.
//
// A rollout is a plan: a file that lists steps and which of them are done. A step
// is done when what it is for can be observed, whoever brought it about. So a plan
// can be listed, carried out, inspected and, after an interruption anywhere,
// resumed: every step looks first and acts only if there is something to do.
//
// Invariants:
//   - a node is stopped only when all members answer and have caught up, and when it
//     leads nothing any more;
//   - only the process that ran when its stop was planned is stopped, never the one
//     that came after it;
//   - at most one node is away because of a rollout.
//
// The package does not know how nodes are started: by a command that it is given,
// or by whoever supervises them.
package rollout
