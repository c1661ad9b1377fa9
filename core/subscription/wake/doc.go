// Package wake holds the rules of subscriptions as pure values: what a valid
// configuration is, which streams it selects, how a subscription moves from
// idle through waking to leased and back, which acks are lawful, and how all of
// it is encoded as records.
//
// Every rule is a function of a state and of its inputs; clock readings and
// random draws are arguments. A refused transition changes nothing.
//
// Invariants:
//   - the generation grows with every wake and never shrinks;
//   - a wake id is set exactly while the phase is Waking or Leased;
//   - a cursor only moves forward within one incarnation of its stream;
//   - Next depends on the state alone, so that a process which loads a
//     subscription after a crash goes on where the crashed one stopped.
//
// The package does not know storage, HTTP, tokens or goroutines. All types are
// values; all functions may be called concurrently.
package wake
