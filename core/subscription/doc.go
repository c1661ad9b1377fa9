// Package subscription wakes workers when streams that they subscribed to have
// bytes that nobody has acknowledged: by webhook, or by an event in a stream
// that workers read and then claim.
//
// The truth is in records: one for a subscription's configuration, wake and
// lease, and one for each of its cursors. Every change, by whatever node or
// request, is one compare-and-set that checks and rewrites the subscription's
// record, so the changes of one subscription are serial and nobody who acts on
// an outdated lease gets through. What the Manager keeps in memory is only what
// it needs to look in time: which patterns exist, what is due when, and which
// deliveries it has under way. A process that dies owes nothing; the next one
// reads the records and goes on.
//
// Invariants:
//   - a wake is never lost: an append is a hint to look, a lost hint leads to a
//     scan, and whoever makes a subscription idle looks once more afterwards;
//   - a lease has one holder; acks, callbacks and releases are fenced by
//     generation, wake id and record version;
//   - one delivery per subscription is under way at a time;
//   - what is pending is judged by the streams' actual tails, never by hints.
//
// The rules themselves are in package wake, secrets in keys, and the way to an
// endpoint in webhook. The package does not know HTTP handlers, Raft or nodes.
package subscription
