// Package stream is the pure state machine of one group of streams.
//
// It owns what a stream is: its offsets, content type, closure, lifetime,
// producers, forks and where its bytes lie, and the commands that change any of
// it. A Machine takes Commands through its one Apply and answers with Results
// and Events. Equal machines that apply equal commands stay equal: the clock
// reading and every random draw that a rule needs travel inside the Command.
//
// Invariants:
//   - a stream's bytes are [Base, Tail); a fork's earlier bytes belong to its
//     source and are never copied;
//   - flushed ranges are adjacent, in order, and end where the next flush
//     begins; the ring holds everything from there to the tail;
//   - a byte below the tail never changes, and the tail never goes back;
//   - data, producer state, Stream-Seq and closure of one append change in one
//     Apply or not at all.
//
// The package does not know time, randomness, goroutines, Raft, disks, HTTP or
// object stores. A Machine is not safe for concurrent use: its owner serialises
// Apply against everything else, and may run the reading methods concurrently
// with each other.
package stream
