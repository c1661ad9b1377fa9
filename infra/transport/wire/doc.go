// Package wire is what nodes say to each other, as bytes: the handshake that
// opens a connection, the frames that follow it, and Raft's messages in them.
//
// Invariants:
//   - A length is checked before memory is taken for it, and what is decoded
//     takes no more memory than a small multiple of the bytes that arrived.
//   - No input makes a decoder panic; what is wrong is an error that wraps
//     ErrMalformed.
//   - One function per message names its fields, and both writes and reads
//     them, so that the two cannot drift apart.
//
// The package holds no connection and no clock, and does not know who is
// talking: docs/formats/transport.md has the tables, testdata the golden bytes.
package wire
