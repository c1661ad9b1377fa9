package subscription

import (
	"context"

	"ursula/core/stream"
	"ursula/core/subscription/webhook"
)

// Records are the cluster's versioned records. A home is a routing key: all
// records of one home live in one group. Methods may be called concurrently and
// keep no argument.
type Records interface {
	// Get returns a record and its version, linearizably; version 0 means that
	// there is none. The value is not modified afterwards.
	Get(ctx context.Context, home, key string) (value []byte, version uint64, err error)

	// List visits the records of home's group whose key starts with prefix, in
	// the order of their keys, until visit returns false.
	List(ctx context.Context, home, prefix string, visit Visit) error

	// Leads says whether this node leads home's group. It does not wait.
	Leads(home string) bool

	// ListAll does the same for every group that this node leads.
	ListAll(ctx context.Context, prefix string, visit Visit) error

	// Commit applies the batch to home's group as a whole, or returns an error
	// that wraps stream.ErrRecordConflict and changes nothing. Other errors
	// leave the outcome open.
	Commit(ctx context.Context, home string, batch stream.RecordBatch) error
}

// Visit receives a record; it returns false to see no more. The value may be
// kept but not modified.
type Visit func(key string, value []byte, version uint64) bool

// Streams are the streams of the built-in bucket.
type Streams interface {
	// Tail returns the stream's state, linearizably. Errors wrap
	// stream.ErrNotFound or stream.ErrGone when clients cannot read it.
	Tail(ctx context.Context, name stream.Name) (stream.Info, error)

	// Each visits all live streams of the built-in bucket, in any order, until
	// visit returns false. A stream that lives throughout the call is visited.
	Each(ctx context.Context, visit func(stream.Info) bool) error

	// Append adds one JSON message to a stream.
	Append(ctx context.Context, name stream.Name, message []byte) error
}

// Sender carries webhook requests. *webhook.Client is one.
type Sender interface {
	// CheckURL judges a target. Errors wrap webhook.ErrRejected.
	CheckURL(url string) error

	// Send delivers a request and waits for the answer until ctx ends.
	Send(ctx context.Context, request webhook.Request) (webhook.Reply, error)
}
