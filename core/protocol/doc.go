// Package protocol serves the Durable Streams Protocol over HTTP.
//
// It owns the verbs, headers, query parameters and status codes, paging and
// caching, long-poll and Server-Sent Events, the limits on requests, and the one
// table from errors to answers (errors.go). PROTOCOL.md governs; where it is
// silent or the conformance suite differs, docs/protocol-notes.md says what is
// done here.
//
// Invariants:
//   - a live reader watches the stream's tail before it reads the stream, so
//     nothing falls between the read and the wait;
//   - every answer carries the security headers, problem documents included;
//   - everything that waits has a bound: bodies in flight, time for their
//     budget, the life of a live connection, a write to a slow reader;
//   - what an event looks like on the wire is made once and shared by all its
//     subscribers, apart from cursors that belong to one client.
//
// The package does not know nodes, groups, Raft or S3: it speaks to core/protocol/store's
// ports and to core/tail.
package protocol
