package raftgroup_test

import (
	"fmt"
	"slices"
	"testing"
)

// send has a leader send a part of what it has.
func (r *raftModel) send(v *voterModel, to int) error {
	f := r.voters[to]
	if f.term > v.term {
		return nil
	}
	f.term, f.leads = v.term, false
	log := r.there(v)
	log = log[:min(len(log), v.believed.length)]
	before := r.rng.IntN(len(log) + 1)
	upTo := min(len(log), before+1+r.rng.IntN(3)) // something, unless there is nothing
	if !r.matches(f, log, before) {
		return nil
	}
	ok := r.append(f, log, before, upTo)
	if upTo > before && (ok || r.mistake == acknowledges) {
		v.match[to] = max(v.match[to], upTo) // Raft counts only what was sent
	}
	if !ok {
		return nil
	}
	if r.mistake == commitsUnchecked {
		upTo = f.believed.length
	}
	return r.follow(f, min(v.commit, upTo, f.believed.length))
}

// follow has a follower apply what is committed.
func (r *raftModel) follow(f *voterModel, commit int) error {
	if commit <= f.commit {
		return nil
	}
	if commit > len(f.log) || !slices.Equal(f.log[:commit], r.committed[:commit]) {
		return fmt.Errorf("%w: a follower applies %d entries of %v, and %v is committed", errUnsafe, commit, f.log, r.committed)
	}
	f.commit = commit
	return nil
}

// matches says whether a follower finds the entry before those that it is sent.
func (r *raftModel) matches(f *voterModel, log []int, before int) bool {
	has := r.there(f)
	switch {
	case before == 0:
		return true
	case before == f.believed.length:
		return f.believed.term == log[before-1]
	}
	return before <= len(has) && has[before-1] == log[before-1]
}

// append compares and stores entries as Raft does.
func (r *raftModel) append(f *voterModel, log []int, from, upTo int) (ok bool) {
	for i := from; i < upTo; i++ {
		if i < f.believed.length {
			has := r.there(f)
			if i >= len(has) {
				return false // cleared, and not corrected yet
			}
			if has[i] == log[i] {
				continue
			}
			f.log, f.cut = f.log[:i], i
		}
		return r.store(f, log[i:upTo], i)
	}
	return true
}

// store takes all entries, or a beginning of them.
func (r *raftModel) store(f *voterModel, entries []int, at int) bool {
	if !r.follows(f, at) {
		return false
	}
	n := len(entries)
	if r.rng.IntN(2) == 0 {
		n = r.rng.IntN(len(entries))
	}
	if n > 0 {
		f.log = append(f.log[:at:at], entries[:n]...)
	}
	if n < len(entries) {
		return false
	}
	if r.mistake != keepsBelieving {
		f.believed, f.cut = end(f.log), -1
	}
	return true
}

// follows says whether a voter stores an entry behind so many: in doubt only what takes
// the place of what was cleared.
func (r *raftModel) follows(v *voterModel, at int) bool {
	switch {
	case r.mistake == storesBehind && at > len(v.log):
		v.log = append(v.log, make([]int, at-len(v.log))...)
	case r.mistake != storesBehind && r.mistake != showsParts && v.cut >= 0:
		return at == v.cut
	}
	return at <= len(v.log)
}

// commit has a leader commit what a majority has acknowledged, if its last is of its term.
func (r *raftModel) commit(v *voterModel) error {
	for n := len(v.log); n > len(r.committed); n-- {
		have := 1
		for _, m := range v.match {
			if m >= n {
				have++
			}
		}
		if v.log[n-1] != v.term || have < r.majority() {
			continue
		}
		if !slices.Equal(v.log[:len(r.committed)], r.committed) || slices.Contains(v.log[:n], 0) {
			return fmt.Errorf("%w: %v is committed after %v", errUnsafe, v.log[:n], r.committed)
		}
		r.committed, v.commit = slices.Clone(v.log[:n]), n
	}
	return nil
}

// run takes some steps, and returns how many elections were won with a hole.
func (r *raftModel) run(steps int) (holes int, err error) {
	for i := 0; i < steps && err == nil; i++ {
		err = r.step()
	}
	return r.holes, err
}

// Nobody is elected without what is committed, and nothing else is ever committed, though
// voters with a hole claim what they have cleared.
func TestHolesAreSafe(t *testing.T) {
	holes := 0
	for seed := range uint64(20_000) {
		won, err := newRaftModel(seed, none).run(120)
		if holes += won; err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if t.Logf("%d elections were won with a hole", holes); holes < 1000 {
		t.Error("too few")
	}
}

// The model notices what must not be.
func TestTheModelNoticesMistakes(t *testing.T) {
	for _, m := range []mistake{acknowledges, storesBehind, showsParts, keepsBelieving, commitsUnchecked} {
		for seed := uint64(0); ; seed++ {
			if _, err := newRaftModel(seed, m).run(120); err != nil {
				t.Logf("%s: seed %d: %v", m, seed, err)
				break
			}
			if seed == 1_000_000 {
				t.Errorf("%s, and the model did not notice", m)
				break
			}
		}
	}
}
