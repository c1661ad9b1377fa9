package raftgroup_test

import (
	"fmt"
	"slices"
	"testing"
)

// The proof in core/group/DESIGN.md that one other voter's word of where its log ends makes
// a read linearizable (Engine.Covers), as a model that is run at random. Between any two
// things that a read looks at, others take steps.

// modelRead is a read on its way.
type modelRead struct {
	stage  int
	told   int // what a client knew of when it began
	voter  int
	end    int   // of the voter's log
	before []int // the members when the read began
}

// omission is a part of the rule that is left out, for the model to notice.
type omission string

const (
	complete     omission = ""
	earlyAnswer  omission = "the answer may be older than the read"
	anyEnd       omission = "its own log may end before the voter's"
	uncommitted  omission = "its own log need not be committed"
	unapplied    omission = "what is committed counts as applied"
	earlyMembers omission = "the members are those before the answer"
	anyNeed      omission = "the two need be no majority"
	anyVoter     omission = "the voter need be no member"
	lookedBefore omission = "it does not look again after the members"
	lookedAfter  omission = "it does not look before the members"
)

// settledModel has one node's reads ask another.
type settledModel struct {
	*changingModel
	omits omission
	reads int // that were confirmed
}

// read takes a read of v to its next stage, and reports a stale one.
func (r *settledModel) read(v *changingVoter) error {
	d := v.read
	if d == nil {
		r.begin(v)
		return nil
	}
	on := true
	switch d.stage++; d.stage {
	case 1:
		if r.omits == earlyAnswer {
			d.told = r.told // as if it began only now
		} else {
			d.end = r.nodes[d.voter].last
		}
	case 2:
		on = r.omits == lookedAfter || r.settled(v, d)
	case 3:
		on = r.suffices(v, d)
	case 4:
		if v.read = nil; r.omits == lookedBefore || r.settled(v, d) {
			return r.confirmed(v, d)
		}
	}
	if !on {
		v.read = nil
	}
	return nil
}

func (r *settledModel) begin(v *changingVoter) {
	before, _ := v.members()
	voter := (v.id + 1 + r.rng.IntN(len(r.nodes)-1)) % len(r.nodes)
	v.read = &modelRead{told: r.told, voter: voter, before: before, end: r.nodes[voter].last}
}

// settled is Engine.settled.
func (r *settledModel) settled(v *changingVoter, d *modelRead) bool {
	return (r.omits == anyEnd || v.last >= d.end) && (r.omits == uncommitted || v.commit >= v.last) &&
		(r.omits == unapplied || v.applied >= v.command)
}

// suffices says whether the voter and v, or it alone where v has no vote, are a majority.
func (r *settledModel) suffices(v *changingVoter, d *modelRead) bool {
	members, _ := v.members()
	if r.omits == earlyMembers {
		members = d.before
	}
	need := len(members)/2 + 1
	if slices.Contains(members, v.id) {
		need--
	}
	return (r.omits == anyNeed || need == 1) && (r.omits == anyVoter || slices.Contains(members, d.voter))
}

// confirmed looks whether a read shows what any client knew when it began: of what was
// acknowledged, or of what another read has shown.
func (r *settledModel) confirmed(v *changingVoter, d *modelRead) error {
	r.reads++
	if shown := v.shown(); shown < d.told {
		return fmt.Errorf("node %d shows %d, and %d was known", v.id, shown, d.told)
	}
	r.told = max(r.told, v.shown())
	return nil
}

func walk(seed uint64, omits omission) (reads int, err error) {
	r := &settledModel{changingModel: newChangingModel(seed), omits: omits}
	for i := 0; i < 400 && err == nil; i++ {
		if r.rng.IntN(3) > 0 {
			r.step()
		} else {
			err = r.read(r.nodes[r.rng.IntN(len(r.nodes))])
		}
	}
	return r.reads, err
}

// A confirmed read shows all that was acknowledged, or read, before it began.
func TestSettledReadsAreCurrent(t *testing.T) {
	reads := 0
	for seed := range uint64(20_000) {
		n, err := walk(seed, complete)
		if reads += n; err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if t.Logf("%d reads were confirmed", reads); reads < 4000 {
		t.Error("too few")
	}
}

// No part of the rule is there for nothing. Walks that need some of them are rare, so the
// search begins shortly before one.
func TestTheModelNoticesOmissions(t *testing.T) {
	for o, first := range map[omission]uint64{
		earlyAnswer: 0, anyEnd: 0, uncommitted: 118_000, unapplied: 0, earlyMembers: 4000,
		anyNeed: 0, anyVoter: 0, lookedBefore: 1000, lookedAfter: 194_000,
	} {
		for seed := first; ; seed++ {
			if _, err := walk(seed, o); err != nil {
				t.Logf("%s: seed %d: %v", o, seed, err)
				break
			}
			if seed == first+200_000 {
				t.Errorf("%s, and the model did not notice", o)
				break
			}
		}
	}
}
