package forward_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
)

// trio is node a, which follows node b, and node c, which follows as well and whose word is
// enough for a. Node a has applied its log, which ends at 7.
type trio struct {
	t                  *testing.T
	engine             *forward.Engine
	here, leader, side *fakeLocal
	calls              *fakeCalls
	mute               map[string]bool // nodes that do not answer
}

func newTrio(t *testing.T) *trio {
	r := &trio{t: t, here: newLocal("b", false), leader: newLocal("b", true), side: newLocal("b", false), mute: map[string]bool{}}
	r.here.end, r.here.applied, r.side.end = 7, true, 7
	serve := func(l *fakeLocal) func(context.Context, message) ([]byte, error) {
		return to(forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: l}, clock: 5000}))
	}
	servers := map[string]func(context.Context, message) ([]byte, error){"b": serve(r.leader), "c": serve(r.side)}
	r.calls = &fakeCalls{answer: func(ctx context.Context, m message) ([]byte, error) {
		if r.mute[m.peer] {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return servers[m.peer](ctx, m)
	}}
	r.engine = engine(r.here, r.calls, fixed(2000))
	if err := r.engine.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.wantAsked("b") // whose clock is not known before
	r.here.partner = "c"
	return r
}

// wantAsked checks who was asked since the last look.
func (r *trio) wantAsked(want ...string) {
	r.t.Helper()
	var got []string
	r.calls.mu.Lock()
	for _, m := range r.calls.sent {
		got = append(got, m.peer)
	}
	r.calls.sent = nil
	r.calls.mu.Unlock()
	if !slices.Equal(got, want) {
		r.t.Errorf("asked %v, want %v", got, want)
	}
}

func (r *trio) read(want ...string) {
	r.t.Helper()
	if err := r.engine.Confirm(r.t.Context()); err != nil {
		r.t.Errorf("a read that should ask %v: %v", want, err)
	}
	r.wantAsked(want...)
}

// A replica that has everything is current by the word of one voter, whoever leads.
func TestAQuietReplicaDoesNotAskTheLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrio(t)
		r.read("c")
		r.mute["b"] = true
		r.read("c")
		if !r.engine.Current(t.Context()) {
			t.Error("not current")
		}
		r.wantAsked("c")
		r.here.elect("", false)
		r.read("c")
	})
}

// When the voter that is asked first is silent another one is asked, whoever leads.
func TestAnotherVoterIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrio(t)
		r.here.partner, r.here.others = "b", []string{"c"}
		r.mute["b"] = true
		r.read("b", "c")
		for range 10 {
			r.read("c")
		}
		time.Sleep(5 * time.Second) // the question is given up
	})
}

// Whatever may be missing here makes it ask the leader.
func TestAReplicaThatMayBeBehindAsksTheLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrio(t)
		r.side.end = 8
		r.read("c", "b")
		r.side.end, r.here.partner = 7, "" // entries are under way, or one voter is not enough
		r.read("b")
		r.here.partner, r.here.applied = "c", false // an entry comes while the voter is asked
		r.read("c", "b")
		r.here.applied = true
		if err := r.engine.ConfirmLed(t.Context()); err != nil {
			t.Error(err)
		}
		r.wantAsked("b")
	})
}

// A voter that leads says more than where its log ends.
func TestAVoterThatLeadsIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrio(t)
		r.here.partner, r.here.applied = "b", false
		r.leader.at = group.Position{Term: 3, Commit: 12, Applied: 11}
		r.read("b")
		if told := r.here.told(); len(told) != 2 || told[1] != r.leader.at {
			t.Errorf("told %v", told)
		}
	})
}

// A voter that does not answer costs one read a moment, and is left alone for a while.
func TestASilentVoterIsAvoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTrio(t)
		r.mute["c"] = true
		began := time.Now()
		r.read("c", "b")
		if took := time.Since(began); took == 0 || took > 50*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if r.here.doubts != 1 {
			t.Errorf("doubted %d times that it is a member", r.here.doubts)
		}
		began = time.Now()
		for range 100 {
			r.read("b")
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
		synctest.Wait() // for the call that was not answered
		r.mute["c"] = false
		time.Sleep(5 * time.Second)
		r.read("c")
	})
}
