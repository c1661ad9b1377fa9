// Package peerbucket keeps a bucket's objects on the nodes of a cluster, for
// clusters without an object store that all nodes share.
//
// Each node has a local bucket. Bucket.Put makes an object durable in the local
// one and on enough peers that a majority of the members has it, and reads an
// object from a peer when the local bucket lacks it. The Mirror brings every
// object that the replicated state names to this node, and removes what the
// state has forgotten.
//
// Invariants: an acknowledged Put is durable on a majority of the members that
// there were when it began; what a peer sends is never forwarded; an object
// that the state names, or may come to name, is never removed; pushes that go
// on after their Put, fetches, and deletions that are told to peers are bounded
// in number.
//
// The package does not know what objects contain, how peers are reached, or what
// a group is: it sees peers through Remote and the state through Catalog.
// DESIGN.md beside this file says why an object survives, and why it is built
// this way.
package peerbucket
