// Package bucket is the object store as Ursula sees it: whole objects that are
// put once, read by range, listed by prefix and deleted.
//
// The package owns the port and the grammar of keys. It does not know what
// objects contain, which store is behind the port, or who retries: an adapter
// reports one attempt's outcome and nothing more. Every adapter passes the
// acceptance suite in package buckettest.
package bucket

import (
	"context"
	"errors"
	"iter"
)

// ErrNotFound says that there is no object under a key. Test with errors.Is.
var ErrNotFound = errors.New("object not found")

// Bucket stores objects under keys that pass CheckKey; other keys are refused
// with an error that wraps ErrKey. All methods may be called concurrently,
// return soon after ctx is done, with an error that wraps ctx.Err(), and give
// up by themselves on a store that does not answer.
type Bucket interface {
	// Put stores the concatenation of parts under key, replacing what is there.
	// It is atomic: readers, and whoever looks after a crash, see all of the
	// object or nothing of it. When Put returns nil the object survives a crash.
	// After an error it may or may not be there. The parts must not change until
	// Put returns; they are not kept.
	Put(ctx context.Context, key string, parts ...[]byte) error

	// Get fills dst with the object's bytes from offset on and returns how many
	// it got. Fewer than len(dst) come with an error: io.EOF when the object
	// ends there, one that wraps ErrNotFound when there is no such object.
	Get(ctx context.Context, key string, dst []byte, offset int64) (int, error)

	// Stat describes an object, or returns an error that wraps ErrNotFound.
	Stat(ctx context.Context, key string) (Object, error)

	// Delete removes an object; a missing one is no error. A crash soon after
	// may bring it back, so whoever deletes must be able to do it again.
	Delete(ctx context.Context, key string) error

	// List yields the objects whose keys begin with prefix, in the order of
	// their keys. Objects put or deleted meanwhile may or may not be seen. An
	// error is yielded once, as the last pair.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
}

// Object describes a stored object.
type Object struct {
	Key  string
	Size int64 // bytes
}
