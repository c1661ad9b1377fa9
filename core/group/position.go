package group

// Position is how far the leader of a replicated group was at some moment.
type Position struct {
	Term    uint64
	Commit  uint64 // index of the last committed entry, which is of this term
	Applied uint64 // index of the last command applied
}
