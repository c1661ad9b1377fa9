package transport_test

import (
	"testing"

	"github.com/hashicorp/raft"
)

// A follower hears of what is committed up to the last entry of a request only: of what
// it has behind that one, nobody knows yet whether it is the leader's. That holds for
// entries that were left out because they did not fit, too.
func TestARequestTellsOfNoCommitBeyondItself(t *testing.T) {
	one, two := tcpPair(t)
	follower, told := two.Group(7), make(chan uint64)
	go func() {
		for range 4 {
			rpc := <-follower.Consumer()
			rpc.Respond(&raft.AppendEntriesResponse{Term: 1, Success: true}, nil)
			told <- rpc.Command.(*raft.AppendEntriesRequest).LeaderCommitIndex
		}
	}()
	large := make([]byte, 1<<20)
	for _, row := range []struct {
		what   string
		args   *raft.AppendEntriesRequest
		commit uint64
	}{
		{"an entry", entries("1", 5, []byte("x")), 5},
		{"a large one and another", entries("1", 5, large, []byte("x")), 5},
	} {
		row.args.LeaderCommitIndex = 100
		again := *row.args
		if err := one.Group(7).AppendEntries("2", "2", row.args, new(raft.AppendEntriesResponse)); err != nil {
			t.Fatal(err)
		}
		if got := within(t, told); got != row.commit {
			t.Errorf("%s: tells of %d, want %d", row.what, got, row.commit)
		}
		p, err := one.Group(7).AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.AppendEntries(&again, new(raft.AppendEntriesResponse)); err != nil {
			t.Fatal(err)
		}
		if got := within(t, told); got != row.commit {
			t.Errorf("%s, pipelined: tells of %d, want %d", row.what, got, row.commit)
		}
		_ = p.Close()
	}
}
