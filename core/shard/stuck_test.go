package shard

import (
	"context"
	"testing"

	"ursula/core/journal"
)

// trailing is a group of which no snapshot frees anything: what it keeps of the
// log is more than the journal should. Moving it writes it once more.
type trailing struct {
	files *journalModel
	live  map[uint64]int64
	moves int
}

func (g *trailing) ID() uint32                    { return 1 }
func (g *trailing) Compact(context.Context) error { return nil }

func (g *trailing) LiveBefore(segment uint64) (n int64) {
	for s, bytes := range g.live {
		if s < segment {
			n += bytes
		}
	}
	return n
}

func (g *trailing) MoveForward(segment uint64) (moved int64, err error) {
	g.moves++
	for s, bytes := range g.live {
		if s >= segment {
			continue
		}
		delete(g.live, s)
		moved += bytes
		g.live[g.files.grow()] += bytes
	}
	return moved, nil
}

// grow adds a segment, and returns its number.
func (j *journalModel) grow() uint64 {
	last := len(j.segments) - 1
	j.segments[last].Closed = true
	number := j.segments[last].Number + 1
	j.segments = append(j.segments, journal.SegmentInfo{Number: number, Bytes: 10})
	return number
}

func TestMovingStopsWhereItDoesNotHelp(t *testing.T) {
	files := newJournal(5)
	g := &trailing{files: files, live: map[uint64]int64{1: 10, 2: 10, 3: 10, 4: 10, 5: 10}}
	c := newCompactor(g)
	if err := c.compact(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	first := g.moves
	if first == 0 || first > 20 {
		t.Fatalf("%d moves", first)
	}
	if err := c.compact(t.Context(), files); err != nil || g.moves != first {
		t.Errorf("%d moves although nothing was written, %v", g.moves-first, err)
	}
	for range len(files.segments) {
		files.grow()
	}
	if err := c.compact(t.Context(), files); err != nil || g.moves == first {
		t.Errorf("%d moves after the journal had grown, %v", g.moves-first, err)
	}
}
