// Package objecthttp carries objects between the local buckets of nodes, over
// HTTP on connections that the caller provides. Client is the peerbucket.Remote
// of one side, Server serves the other's bucket.
//
// Invariants: a body counts only if the digest that follows it matches; an
// object is received whole and then put, so that a transfer that breaks off
// leaves nothing; a call in which nothing moves for a while is ended, by either
// side; what a server holds in memory is bounded by its receivers and the limit
// on an object. docs/formats/objects.md has the requests.
//
// The package does not know who the peers are, whether they may talk to each
// other, or what objects contain.
package objecthttp

import "time"

// Root begins the path of every object; its key follows.
const Root = "/v1/objects/"

// DefaultIdle is how long nothing may move before a call is given up.
const DefaultIdle = 10 * time.Second

// DefaultMaxObject bounds an object in bytes: a segment with the largest index,
// and a flush's payload.
const DefaultMaxObject = 80 << 20

// pieceSize is how much of an object moves at once. Progress is measured by it.
const pieceSize = 256 << 10

// sizeHeader states the size of an object before its bytes. Content-Length
// cannot: a message with a trailer is chunked.
const sizeHeader = "Object-Size"
