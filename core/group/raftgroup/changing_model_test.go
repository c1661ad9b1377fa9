package raftgroup_test

import (
	"math/rand/v2"
	"slices"
)

// Voters by Raft's rules whose members change one at a time, for settled_model_test.go.

// changingVoter is a node with its log. It goes by the newest members in it, committed or
// not. A crash takes what is not in the log.
type changingVoter struct {
	id, term        int
	log             []changingEntry
	last            int // where it says that its log ends, after it has stored
	command         int // the last entry that held commands when it was stored
	commit, applied int
	leads           bool
	match           map[int]int
	read            *modelRead
}

// changingEntry is a command, new members, or, with neither, the beginning of a term.
type changingEntry struct {
	term    int
	command bool
	members []int
}

func (e changingEntry) same(o changingEntry) bool { return e.term == o.term }

// members are the newest in a log, committed or not, and how much of it they take.
func (v *changingVoter) members() (m []int, index int) {
	for i, e := range slices.Backward(v.log) {
		if e.members != nil {
			return e.members, i + 1
		}
	}
	return nil, 0
}

// store appends entries. Where they end is known after that.
func (v *changingVoter) store(entries ...changingEntry) {
	for _, e := range entries {
		if v.log = append(slices.Clip(v.log), e); e.command {
			v.command = max(v.command, len(v.log))
		}
	}
}

func (v *changingVoter) end() place {
	if len(v.log) == 0 {
		return place{}
	}
	return place{len(v.log), v.log[len(v.log)-1].term}
}

// shown is the last command that is applied.
func (v *changingVoter) shown() int {
	n := v.applied
	for n > 0 && !v.log[n-1].command {
		n--
	}
	return n
}

type changingModel struct {
	rng   *rand.Rand
	nodes []*changingVoter
	told  int // the newest command that a client knows of
}

func newChangingModel(seed uint64) *changingModel {
	r := &changingModel{rng: rand.New(rand.NewPCG(seed, 11))}
	first := []int{0, 1, 2, 3, 4}[:2+seed%4]
	for id := range 5 {
		v := &changingVoter{id: id}
		if slices.Contains(first, id) {
			v.store(changingEntry{members: first})
		}
		r.nodes = append(r.nodes, v)
	}
	return r
}

// step has a node do one thing at random, every other time a leader.
func (r *changingModel) step() {
	v := r.nodes[r.rng.IntN(len(r.nodes))]
	if i := slices.IndexFunc(r.nodes, func(v *changingVoter) bool { return v.leads }); i >= 0 && r.rng.IntN(2) == 0 {
		v = r.nodes[i]
	}
	v.last = len(v.log) // what it was doing is done
	switch draw := r.rng.IntN(64); {
	case draw == 0:
		r.crash(v)
	case draw < 2 || draw < 12 && !v.leads:
		r.stand(v)
	case draw < 20:
		r.apply(v)
	case !v.leads:
	case draw < 23:
		v.store(changingEntry{term: v.term, command: true})
	case draw < 29:
		r.change(v)
	default:
		members, _ := v.members()
		r.send(v, r.nodes[members[r.rng.IntN(len(members))]])
		r.commit(v)
	}
}

func (r *changingModel) crash(v *changingVoter) {
	v.leads, v.commit, v.applied, v.command, v.read = false, 0, 0, 0, nil
	for i, e := range v.log {
		if e.command {
			v.command = i + 1
		}
	}
}

// stand has a voter stand for election before some of its members.
func (r *changingModel) stand(v *changingVoter) {
	members, _ := v.members()
	if !slices.Contains(members, v.id) {
		return
	}
	v.term++
	v.leads = false
	votes := 1
	for _, id := range members {
		other := r.nodes[id]
		if other == v || r.rng.IntN(3) == 0 || other.term >= v.term {
			continue
		}
		other.term, other.leads = v.term, false
		if v.end().atLeast(other.end()) {
			votes++
		}
	}
	if votes > len(members)/2 {
		v.leads, v.match = true, map[int]int{}
		v.store(changingEntry{term: v.term})
	}
}

// apply has a node apply some of what is committed. A leader acknowledges it.
func (r *changingModel) apply(v *changingVoter) {
	if r.rng.IntN(2) == 0 {
		v.applied += r.rng.IntN(v.commit - v.applied + 1)
	} else {
		v.applied = v.commit
	}
	if v.leads {
		r.told = max(r.told, v.shown())
	}
}

// change has a leader add or remove one node, if the last change and something of its
// own term are committed.
func (r *changingModel) change(v *changingVoter) {
	members, index := v.members()
	if index > v.commit || v.log[v.commit-1].term != v.term {
		return
	}
	id := r.rng.IntN(len(r.nodes))
	next := slices.DeleteFunc(slices.Clone(members), func(m int) bool { return m == id })
	if len(next) == len(members) {
		next = append(next, id)
	}
	if len(next) > 0 {
		v.store(changingEntry{term: v.term, members: next})
	}
}

// send has a leader send a part of what it has, and perhaps what is committed of it. The
// answer may be lost; then the follower may still be about to say where its log ends.
func (r *changingModel) send(v, f *changingVoter) {
	if f == v || f.term > v.term {
		return
	}
	f.term, f.leads, f.last = v.term, false, len(f.log)
	before := min(len(f.log), len(v.log))
	for before > 0 && !f.log[before-1].same(v.log[before-1]) {
		before--
	}
	before = max(0, before-r.rng.IntN(2))
	upTo := min(len(v.log), before+r.rng.IntN(8))
	for i := before; i < upTo; i++ {
		if i < len(f.log) && !f.log[i].same(v.log[i]) {
			f.log = f.log[:i]
		}
		if i == len(f.log) {
			f.store(v.log[i])
		}
	}
	if r.rng.IntN(8) == 0 {
		return
	}
	f.last, v.match[f.id] = len(f.log), max(v.match[f.id], upTo)
	if r.rng.IntN(3) > 0 {
		f.commit = max(f.commit, min(v.commit, upTo))
	}
}

// commit has a leader commit what a majority has, if its last is of its term. One that is
// no member any more ends then.
func (r *changingModel) commit(v *changingVoter) {
	members, index := v.members()
	for n := len(v.log); n > v.commit && v.log[n-1].term == v.term; n-- {
		have := 0
		for _, id := range members {
			if id == v.id || v.match[id] >= n {
				have++
			}
		}
		if have > len(members)/2 {
			v.commit = n
			v.leads = index > n || slices.Contains(members, v.id)
			return
		}
	}
}
