package natsd

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/stream"
)

// register notes what interests subscribe to and end.
type register struct {
	mu   sync.Mutex
	log  []string
	fail bool
}

func (r *register) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, what)
}

func (r *register) noted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.log)
}

type entry struct {
	r    *register
	name stream.Name
}

func (e entry) Unsubscribe() error {
	e.r.note("-" + string(e.name))
	return nil
}

func (r *register) subscribe(name stream.Name) (subscription, error) {
	if r.fail {
		return nil, errors.New("closed")
	}
	r.note("+" + string(name))
	return entry{r, name}, nil
}

// withInterests runs a test in a bubble, where run has done all it can whenever
// synctest.Wait returns.
func withInterests(t *testing.T, f func(*interests, *register)) {
	synctest.Test(t, func(t *testing.T) {
		var r register
		x := newInterests(time.Second, r.subscribe)
		stop := make(chan struct{})
		defer close(stop)
		go x.run(stop)
		synctest.Wait()
		f(x, &r)
	})
}

func expectLog(t *testing.T, r *register, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := r.noted(); !slices.Equal(got, want) {
		t.Fatalf("did %q, want %q", got, want)
	}
}

func TestSubscriptionLingers(t *testing.T) {
	withInterests(t, func(x *interests, r *register) {
		x.set("a", true)
		expectLog(t, r, "+a")
		x.set("a", false)
		time.Sleep(999 * time.Millisecond) // virtual
		expectLog(t, r, "+a")
		if x.wants("a") || !x.subscribed("a") {
			t.Error("it is still wanted, or subscribed to no more")
		}
		time.Sleep(time.Millisecond)
		expectLog(t, r, "+a", "-a")
		if x.subscribed("a") || len(x.streams) != 0 || x.holds.Load() != 0 {
			t.Error("something is left")
		}
	})
}

func TestWhoComesBackKeepsTheSubscription(t *testing.T) {
	withInterests(t, func(x *interests, r *register) {
		for range 5 {
			x.set("a", true)
			synctest.Wait()
			x.set("a", false)
			time.Sleep(300 * time.Millisecond)
		}
		x.set("a", true)
		time.Sleep(time.Hour)
		expectLog(t, r, "+a")
		x.set("a", false)
		time.Sleep(time.Hour)
		expectLog(t, r, "+a", "-a")
	})
}

// What comes and goes before anybody looked is as if it had not been.
func TestWhatPassedAtOnce(t *testing.T) {
	var r register
	x := newInterests(time.Second, r.subscribe)
	x.set("a", true)
	x.set("a", false)
	x.set("never", false)
	for _, name := range x.takeChanged() {
		x.follow(name)
	}
	if len(r.log) != 0 || len(x.streams) != 0 {
		t.Errorf("did %q, %d left", r.log, len(x.streams))
	}
}

func TestLingeringIsBounded(t *testing.T) {
	withInterests(t, func(x *interests, r *register) {
		for i := range maxLinger + 2 {
			x.set(stream.Name(fmt.Sprint(i)), true)
		}
		synctest.Wait()
		for i := range maxLinger + 2 {
			x.set(stream.Name(fmt.Sprint(i)), false)
			synctest.Wait()
		}
		if ended := r.noted()[maxLinger+2:]; !slices.Equal(ended, []string{"-0", "-1"}) {
			t.Errorf("ended %q", ended)
		}
	})
}

func TestSubscriptionThatFails(t *testing.T) {
	withInterests(t, func(x *interests, r *register) {
		r.fail = true
		x.set("a", true)
		synctest.Wait()
		if x.subscribed("a") {
			t.Error("subscribed")
		}
		x.set("a", false)
		expectLog(t, r)
		if len(x.streams) != 0 {
			t.Error("something is left")
		}
	})
}
