package raftgroup_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// The proof in core/group/DESIGN.md, as a model that is run at random: a few voters that
// follow hashicorp/raft's rules, any of which can fail to store what takes the place of
// what it cleared, or all but a beginning of it. Until it is corrected such a voter asks
// for votes, and gives them, by the end that it has cleared.

// voterModel is one of the voters. An entry is the term of its leader.
type voterModel struct {
	term     int
	log      []int // what is on the disk
	believed place // where it takes its log to end
	cut      int   // where it cleared the end, and has not stored what takes its place; -1
	commit   int   // how much of it is known to be committed
	leads    bool
	match    map[int]int // how much of its log others have acknowledged
}

// place is the end of a log: its length and the term of the last entry.
type place struct{ length, term int }

func (p place) atLeast(o place) bool {
	return p.term > o.term || p.term == o.term && p.length >= o.length
}

// there is what a voter shows of its log: in doubt nothing behind the cut.
func (r *raftModel) there(v *voterModel) []int {
	if v.cut < 0 || r.mistake == showsParts {
		return v.log
	}
	return v.log[:v.cut]
}

func end(log []int) place {
	if len(log) == 0 {
		return place{}
	}
	return place{len(log), log[len(log)-1]}
}

// mistake is a rule that is left out, for the model to notice.
type mistake string

const (
	none             mistake = ""
	acknowledges     mistake = "it acknowledges what it could not store"
	storesBehind     mistake = "it stores behind the hole"
	showsParts       mistake = "it shows what it stored of a part"
	keepsBelieving   mistake = "it goes on to believe after it has stored something"
	commitsUnchecked mistake = "it commits what was not compared"
)

var errUnsafe = errors.New("unsafe")

type raftModel struct {
	rng       *rand.Rand
	mistake   mistake
	voters    []*voterModel
	committed []int
	holes     int // elections that were won with a hole
}

func newRaftModel(seed uint64, m mistake) *raftModel {
	r := &raftModel{rng: rand.New(rand.NewPCG(seed, 7)), mistake: m}
	for range 3 + 2*int(seed%2) {
		r.voters = append(r.voters, &voterModel{cut: -1})
	}
	return r
}

func (r *raftModel) majority() int { return len(r.voters)/2 + 1 }

// step does one thing at random.
func (r *raftModel) step() error {
	n := r.rng.IntN(len(r.voters))
	v := r.voters[n]
	switch r.rng.IntN(10) {
	case 0:
		return r.stand(n)
	case 1: // Raft is corrected
		if v.cut >= 0 {
			v.believed, v.cut, v.leads = end(r.there(v)), -1, false
		}
		return nil
	case 2: // started again
		if r.rng.IntN(3) == 0 {
			v.believed, v.cut, v.leads, v.commit = end(v.log), -1, false, 0
		}
		return nil
	}
	leaders := slices.DeleteFunc(slices.Clone(r.voters), func(v *voterModel) bool { return !v.leads })
	if len(leaders) == 0 {
		return nil
	}
	leader := leaders[r.rng.IntN(len(leaders))]
	if r.rng.IntN(4) == 0 || v == leader {
		r.propose(leader)
		return nil
	}
	if err := r.send(leader, n); err != nil {
		return err
	}
	return r.commit(leader)
}

// stand has a voter stand for election before some of the others.
func (r *raftModel) stand(n int) error {
	v := r.voters[n]
	v.term++
	v.leads = false
	votes := 1
	for i, other := range r.voters {
		if i == n || r.rng.IntN(3) == 0 || other.term >= v.term {
			continue
		}
		other.term, other.leads = v.term, false
		if v.believed.atLeast(other.believed) {
			votes++
		}
	}
	if votes < r.majority() {
		return nil
	}
	if log := r.there(v); len(log) < len(r.committed) || !slices.Equal(log[:len(r.committed)], r.committed) {
		return fmt.Errorf("%w: the leader of term %d has %v, and %v is committed", errUnsafe, v.term, log, r.committed)
	}
	if v.cut >= 0 {
		r.holes++
	}
	v.leads, v.match = true, map[int]int{}
	return nil
}

// propose has a leader store an entry. One with a hole cannot, and steps down.
func (r *raftModel) propose(v *voterModel) {
	if !r.follows(v, v.believed.length) {
		v.leads = false
		return
	}
	v.log = append(v.log[:v.believed.length:v.believed.length], v.term)
	v.believed, v.cut = end(v.log), -1
}
