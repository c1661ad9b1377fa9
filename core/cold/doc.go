// Package cold moves a node's older bytes to an object store and reads them
// back.
//
// Three parts share the work. The Budget counts the bytes of streams that the
// node holds in memory against three marks and wakes the Flusher when one is
// near. The Flusher packs bytes that lie only in memory and in the log into
// segments, puts them into a bucket, has the group's state record where they
// are, sheds what memory no longer needs, and deletes what no state reaches.
// The Reader fetches ranges of segments by the places that a read plan names,
// while a Pin keeps their objects from being deleted.
//
// Invariants: bytes leave memory only after the group's state says where they
// lie; an object that a state refers to, or that a proposal on its way may make
// it refer to, is never deleted; no object is deleted while a Pin that may need
// it is held; a failing bucket stops flushing, never appends below the reject
// mark.
//
// The package does not know Raft, HTTP, or how a group is implemented: it sees
// groups through Group and the store through bucket.Bucket. DESIGN.md beside
// this file says why it is built this way.
package cold
