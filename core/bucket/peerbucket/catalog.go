package peerbucket

// Catalog is what the replicated state of this node's groups says about objects.
// Each group has a prefix that begins the keys of its objects and no others.
// Methods are called by the Mirror and may be called concurrently; they must not
// wait for disk or network.
type Catalog interface {
	// Prefixes returns the prefix of each group.
	Prefixes() []string

	// Named returns the keys under a prefix that a read may need: garbage, and
	// objects that are not yet committed, are not among them.
	Named(prefix string) []string

	// Forgotten says that the state does not know an object, not even as
	// garbage, and will never name it. When in doubt it returns false. (That the
	// object's number is not above the greatest which the state has seen will
	// do, where the state counts rising numbers only: whatever is still on its
	// way through the log then counts for nothing. A lagging state may answer.)
	Forgotten(key string) bool

	// Verify returns an error unless content is what was once put under key. The
	// content is not kept.
	Verify(key string, content []byte) error
}
