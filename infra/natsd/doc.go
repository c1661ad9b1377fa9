// Package natsd carries tail events between the nodes of a cluster over an
// embedded NATS server.
//
// A Node is one process's share of it: a server without a client port, joined
// by routes to the servers of the other nodes, and a client inside the process
// that publishes what this node leads and subscribes to what somebody here
// watches. Routes run through tunnels that the caller opens, so that NATS is
// encrypted and admitted as everything else between nodes is; the server itself
// listens and dials on the loopback interface only.
//
// Invariants:
//   - an event is a hint. It may be lost, late or repeated, and whoever takes it
//     must live with that. A NATS that is down, slow or partitioned costs time
//     until the replica brings the same event, and nothing else;
//   - Publish, Interest, Uninterest and SetPeers wait for nothing. Queues are
//     bounded, and what has no room is dropped and counted;
//   - an event leaves the node only when another node has asked for its stream;
//   - what is delivered has its checksum right and was asked for by this node.
//     Events of the node's own do not come back;
//   - one tunnel joins two nodes, dialed by the one with the greater id;
//   - other processes on the machine can dial the loopback ports, and get nothing:
//     no event, no route, and no tunnel to a peer.
//
// The package is the only importer of NATS. It does not know Raft, HTTP, or what
// becomes of an event.
package natsd
