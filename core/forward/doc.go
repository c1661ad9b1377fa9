// Package forward lets every node answer for every group: locally where this
// node leads, and otherwise in one hop to the node that does.
//
// It owns the engine that a node's requests go through, the calls between nodes
// that this takes, and their encoding (docs/formats/forward.md). A write travels
// as its command; the leader's node stamps its clock, admits and proposes it. A
// read travels as the question where another voter's log ends, or how far the leader
// is; it is answered from this node's own replica once that is as far.
//
// Invariants:
//   - a call is answered by the node that it reached, or refused: it is never
//     forwarded again;
//   - a command whose outcome is unknown is sent again only if the group would
//     recognise it;
//   - nothing waits for a leader longer than its context, but for the 20 ms in which
//     an answer to a read's question is not late yet.
//
// The package does not know how leaders are chosen, what carries the calls, or
// HTTP.
package forward
