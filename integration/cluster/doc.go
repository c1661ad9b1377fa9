// Package cluster starts several real ursula processes that act as one server, and
// does to them what happens to machines and networks.
//
// It owns the processes (by integration/harness), the addresses under which they
// reach each other, and the network between them: everything that one node sends to
// another passes a proxy of this package, which knows from the source address who
// speaks, and holds each direction of each pair back, slows it, loses pieces of it
// or breaks its connections. What the proxy holds back it delivers after the healing,
// as TCP does with what it has not got acknowledged.
//
// Invariants: nodes and clients keep their addresses over restarts; every process,
// mount and connection ends with its test; a fault is never undone by itself.
//
// It does not know what clients do (integration/chaos) nor what is right
// (integration/linear), and it imports nothing of the product.
package cluster
