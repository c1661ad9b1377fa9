package tail_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"ursula/core/stream"
	"ursula/core/tail"
)

func TestWatchedTellsOfFirstAndLast(t *testing.T) {
	var told []string
	h := newHub(t, tail.Options{Watches: 2, Watched: func(n stream.Name, watched bool) {
		told = append(told, fmt.Sprint(n, " ", watched))
	}})
	a, b := watch(t, h), watch(t, h)
	if _, err := h.Watch("v1/refused"); err == nil {
		t.Fatal("a third watch")
	}
	a.Close()
	b.Close()
	watch(t, h)
	want := []string{"v1/s true", "v1/s false", "v1/s true"}
	if !slices.Equal(told, want) {
		t.Fatalf("told %q, want %q", told, want)
	}
}

// The hook may use the hub, which it could not if a lock were held.
func TestWatchedIsCalledWithoutLocks(t *testing.T) {
	var h *tail.Hub
	h = newHub(t, tail.Options{Watched: func(n stream.Name, watched bool) {
		publish(h, event(0, 4))
		h.WakeAll()
		if watched && n == name {
			w, err := h.Watch("v1/nested")
			if err != nil {
				t.Error(err)
				return
			}
			w.Close()
		}
	}})
	watch(t, h).Close()
}

// What came while the hook was busy is told afterwards, as things are then.
func TestWatchedLeavesOutWhatPassed(t *testing.T) {
	entered, leave := make(chan struct{}, 1), make(chan struct{})
	var told []bool
	h := newHub(t, tail.Options{Watched: func(_ stream.Name, watched bool) {
		if told = append(told, watched); len(told) == 1 {
			entered <- struct{}{}
			<-leave
		}
	}})
	var busy sync.WaitGroup
	busy.Go(func() { watch(t, h) })
	<-entered
	for range 3 {
		w, err := h.Watch(name) // a second watch: nothing to tell
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	close(leave)
	busy.Wait()
	if !slices.Equal(told, []bool{true}) {
		t.Fatalf("told %v", told)
	}
}

// Whoever comes and goes at the same time, calls about a stream come one at a
// time and the last one is true.
func TestWatchedEndsWithTheTruth(t *testing.T) {
	var mu sync.Mutex
	inside, last := map[stream.Name]bool{}, map[stream.Name]bool{}
	h := newHub(t, tail.Options{Watched: func(n stream.Name, watched bool) {
		mu.Lock()
		if inside[n] {
			t.Error("two calls about one stream at a time")
		}
		inside[n] = true
		mu.Unlock()
		mu.Lock()
		inside[n], last[n] = false, watched
		mu.Unlock()
	}})
	names := []stream.Name{"v1/a", "v1/b", "v1/c"}
	kept := make([]*tail.Watch, 2)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for turn := range 200 {
				w, err := h.Watch(names[(i+turn)%len(names)])
				if err != nil {
					t.Error(err)
					return
				}
				w.Close()
			}
		})
	}
	for i := range kept {
		all.Go(func() { kept[i], _ = h.Watch(names[i]) })
	}
	all.Wait()
	if !last["v1/a"] || !last["v1/b"] || last["v1/c"] {
		t.Fatalf("told last: %v", last)
	}
}
