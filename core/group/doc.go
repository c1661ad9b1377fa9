// Package group is the seam between the protocol and replication: a group of
// streams that takes commands and shows its state.
//
// It owns the Engine contract and what every engine is built from: the Replica,
// which is a stream.Machine with one writer and many readers, and the Batcher,
// which packs the commands that wait into one log entry without adding delay.
//
// Invariants:
//   - a Result is returned only after the command is as durable as the engine
//     promises, and after it was applied here;
//   - readers of a Replica never see a command that is not committed;
//   - an error from Propose that wraps ErrUnknownOutcome means "perhaps":
//     nothing is undone, and only the client can make the retry safe;
//   - no lock is held while waiting for disk or network.
//
// The engines are in memgroup and raftgroup, the acceptance suite that all of
// them pass in grouptest. The package does not know HTTP.
package group
