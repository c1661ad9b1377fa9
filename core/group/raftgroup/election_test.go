package raftgroup_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/group/raftgroup"
)

// A leader that is cut off does not know what became of its proposal, and stops
// serving; the others go on; afterwards all agree.
func TestALeaderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, old := c.leader()
		if old.OnlyVoter() {
			t.Error("one of three is an only voter")
		}
		propose(t, old, *appended("v1/a", "1"))
		c.net.Isolate(id)
		wantNoLeader(t, old, 100*time.Millisecond) // it still believes to lead
		if _, err := old.Propose(t.Context(), appended("v1/a", "lost")); !errors.Is(err, group.ErrUnknownOutcome) {
			t.Errorf("proposal without a quorum: %v", err)
		}
		_, next := c.leader(c.others(id)...)
		propose(t, next, *appended("v1/a", "2"))
		wantNoLeader(t, old, 10*time.Second)
		c.net.Heal()
		time.Sleep(time.Minute)
		c.agree("12")
		if e := next.Elections(); e.Won != 1 || e.Begun < 1 || e.Changes != 2 {
			t.Errorf("the second leader counts %+v", e)
		}
		if e := old.Elections(); e.Won != 1 || e.Changes != 2 {
			t.Errorf("the first leader counts %+v", e)
		}
		c.close()
	})
}

// A leader that still sends and no longer hears cannot commit. It gives up, for
// as long as it sends heartbeats nobody else could be elected.
func TestALeaderThatHearsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, old := c.leader()
		c.net.Cut(func(_, to string) bool { return to == id })
		_, next := c.leader(c.others(id)...)
		wantNoLeader(t, old, time.Second)
		propose(t, next, *appended("v1/a", "1"))
		c.net.Heal()
		c.agree("1")
		c.close()
	})
}

// A leader that hears and can no longer send is replaced as well.
func TestALeaderThatNobodyHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, old := c.leader()
		c.net.Cut(func(from, _ string) bool { return from == id })
		_, next := c.leader(c.others(id)...)
		wantNoLeader(t, old, time.Second)
		propose(t, next, *appended("v1/a", "1"))
		c.net.Heal()
		c.agree("1")
		c.close()
	})
}

// A follower that comes back after a long time alone does not depose the leader.
func TestAReturningFollowerDisturbsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		term := leader.Term()
		c.net.Isolate(c.others(id)[0])
		time.Sleep(10 * time.Minute)
		propose(t, leader, *appended("v1/a", "1"))
		c.net.Heal()
		time.Sleep(time.Minute)
		if leader.Term() != term {
			t.Errorf("term %d became %d", term, leader.Term())
		}
		c.agree("1")
		c.close()
	})
}

// Leadership goes where it is sent, and what was acknowledged before is served
// there.
func TestTransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.net.Delay(10 * time.Millisecond)
		c.create()
		want := ""
		for _, to := range []string{"b", "c", "a", "b"} {
			id, leader := c.leader()
			propose(t, leader, *appended("v1/a", to))
			want += to
			if id == to {
				continue
			}
			if err := leader.Transfer(t.Context(), to); err != nil {
				t.Fatalf("transfer from %s to %s: %v", id, to, err)
			}
			c.leader(to)
			c.agree(want)
		}
		c.close()
	})
}

// Without a majority nobody leads, and with it again somebody does.
func TestWithoutAMajority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, _ := c.leader()
		rest := c.others(id)
		c.stop(id)
		c.stop(rest[0])
		left := c.node(rest[1])
		wantNoLeader(t, left, time.Minute)
		c.restart(rest[0])
		_, leader := c.leader()
		propose(t, leader, *appended("v1/a", "1"))
		c.restart(id)
		c.agree("1")
		c.close()
	})
}

func (c *cluster) succeed(id string, s raftgroup.Succession) {
	go s.Run(c.t.Context(), []*raftgroup.Engine{c.node(id)})
}

// Where it is known that the leader's process has ended, nobody waits for the
// silence to be long enough; one survivor stands, and the group goes on.
func TestADeadLeaderIsSucceededAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		time.Sleep(time.Minute)
		id, _ := c.leader()
		c.stop(id)
		for _, other := range c.others(id) {
			c.succeed(other, raftgroup.Succession{Dead: id})
		}
		began := time.Now()
		_, next := c.leader()
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("took %v", took)
		}
		propose(t, next, *appended("v1/a", "1"))
		c.agree("1")
		c.close()
	})
}

// The first survivor lacks an entry, so that only the second can be elected: that one
// does not wait for its turn.
func TestTheSurvivorWithTheLongerLogStandsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		rest := c.others(id)
		c.agree("")
		c.net.Cut(func(from, to string) bool { return from == id && to == rest[0] })
		propose(t, leader, *appended("v1/a", "1"))
		c.stop(id)
		c.net.Heal()
		term := c.node(rest[1]).CurrentTerm()
		for _, other := range rest {
			c.succeed(other, raftgroup.Succession{Dead: id})
		}
		synctest.Wait()
		if next := c.node(rest[1]); !next.Leads() || next.Term() != term+2 {
			t.Errorf("term %d became %d, in which %s leads: %v", term, next.CurrentTerm(), rest[1], next.Leads())
		}
		c.agree("1")
		c.close()
	})
}

// Where nobody leads, the survivors stand one after the other: nobody before it is
// its turn, and the next one when the first does not.
func TestSurvivorsTakeTurns(t *testing.T) {
	for _, looking := range [][]string{{"a", "b", "c"}, {"b", "c"}, {"c"}} {
		synctest.Test(t, func(t *testing.T) {
			c := newCluster(t, "a", "b", "c")
			for _, id := range looking {
				c.succeed(id, raftgroup.Succession{})
			}
			began := time.Now()
			id, leader := c.leader()
			if took := time.Since(began); id != looking[0] || took > time.Second {
				t.Errorf("%v look: %s leads after %v", looking, id, took)
			}
			if leader.Term() != 2 {
				t.Errorf("%v look: term %d", looking, leader.Term())
			}
			c.close()
		})
	}
}

// Who hears from the leader does not stand against it.
func TestALivingLeaderIsNotSucceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		term := leader.Term()
		time.Sleep(time.Minute)
		for _, other := range c.others(id) {
			c.succeed(other, raftgroup.Succession{Dead: id, Silence: time.Second})
			c.succeed(other, raftgroup.Succession{Dead: "somebody"})
			c.succeed(other, raftgroup.Succession{})
		}
		time.Sleep(time.Minute)
		if leader.Term() != term {
			t.Errorf("term %d became %d", term, leader.Term())
		}
		c.close()
	})
}
