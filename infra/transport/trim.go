package transport

import (
	"slices"

	"github.com/hashicorp/raft"
)

// maxAppendBytes bounds the entries of one request, unless one alone is larger.
const maxAppendBytes = 1 << 20

// trim cuts a request down to the first entries that fit, and at least one. What it says
// of later entries than its last is left out: the follower is known to have the leader's
// entries up to there only, and Raft would have it take for committed whatever it has
// behind them.
func trim(args *raft.AppendEntriesRequest) {
	args.Entries = fitting(args.Entries)
	args.LeaderCommitIndex = min(args.LeaderCommitIndex, after(args).lastEntry)
}

// fitting returns the first entries that fit, and keeps none of the others.
func fitting(entries []*raft.Log) []*raft.Log {
	n := 0
	for i, entry := range entries {
		if n += len(entry.Data) + len(entry.Extensions); n > maxAppendBytes && i > 0 {
			return slices.Clone(entries[:i])
		}
	}
	return entries
}
