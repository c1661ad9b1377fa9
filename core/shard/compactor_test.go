package shard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"ursula/core/journal"
)

// journalModel is a journal of segments of 10 bytes in which groups hold bytes.
type journalModel struct {
	segments []journal.SegmentInfo
}

func (j *journalModel) Segments() []journal.SegmentInfo { return j.segments }

func newJournal(n int) *journalModel {
	j := &journalModel{}
	for i := range n {
		j.segments = append(j.segments, journal.SegmentInfo{Number: uint64(i + 1), Bytes: 10, Closed: i < n-1})
	}
	return j
}

type groupModel struct {
	id      uint32
	live    map[uint64]int64 // by segment
	stuck   map[uint64]int64 // what a snapshot does not free
	actions *[]string
	fail    error
}

func (g *groupModel) ID() uint32 { return g.id }

func (g *groupModel) LiveBefore(segment uint64) (n int64) {
	for s, bytes := range g.live {
		if s < segment {
			n += bytes
		}
	}
	return n
}

func (g *groupModel) Compact(context.Context) error {
	if g.fail != nil {
		return g.fail
	}
	*g.actions = append(*g.actions, fmt.Sprintf("snapshot %d", g.id))
	g.live = g.stuck
	return nil
}

func (g *groupModel) MoveForward(segment uint64) (moved int64, err error) {
	*g.actions = append(*g.actions, fmt.Sprintf("move %d before %d", g.id, segment))
	for s := range g.live {
		if s < segment {
			moved += g.live[s]
			delete(g.live, s)
		}
	}
	return moved, nil
}

func newCompactor(groups ...Group) *Compactor {
	c := NewCompactor(30, slog.New(slog.DiscardHandler))
	for _, g := range groups {
		c.Add(g)
	}
	return c
}

func TestCompactionFreesTheOldestSegmentsFirst(t *testing.T) {
	var actions []string
	groups := []Group{
		&groupModel{id: 1, live: map[uint64]int64{1: 2, 5: 4}, actions: &actions},
		&groupModel{id: 2, live: map[uint64]int64{1: 7, 2: 3}, stuck: map[uint64]int64{2: 1}, actions: &actions},
		&groupModel{id: 3, live: map[uint64]int64{4: 9, 5: 9}, actions: &actions},
	}
	// Five segments of ten bytes, thirty may stay: segments 1 and 2 must go.
	if err := newCompactor(groups...).compact(t.Context(), newJournal(5)); err != nil {
		t.Fatal(err)
	}
	want := []string{"snapshot 2", "move 2 before 3", "snapshot 1"}
	if !slices.Equal(actions, want) {
		t.Errorf("actions are %q, want %q", actions, want)
	}
}

func TestWithinTheLimitNothingHappens(t *testing.T) {
	var actions []string
	groups := []Group{&groupModel{id: 1, live: map[uint64]int64{1: 2}, actions: &actions}}
	if err := newCompactor(groups...).compact(t.Context(), newJournal(3)); err != nil || len(actions) > 0 {
		t.Errorf("compact: %v, actions %q", err, actions)
	}
}

func TestAFailedSnapshotIsReportedAndTriedAgain(t *testing.T) {
	var actions []string
	g := &groupModel{id: 1, live: map[uint64]int64{1: 2}, actions: &actions, fail: errors.New("disk full")}
	c, files := newCompactor(g), newJournal(5)
	if err := c.compact(t.Context(), files); !errors.Is(err, g.fail) {
		t.Fatalf("compact: %v", err)
	}
	g.fail = nil
	if err := c.compact(t.Context(), files); err != nil || !slices.Equal(actions, []string{"snapshot 1"}) {
		t.Errorf("compact: %v, actions %q", err, actions)
	}
}
