package cluster

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// hook is the endpoint of webhooks. It says that all is done, after a while, and holds
// against the servers whatever two owners of a subscription could not avoid.
type hook struct {
	url string

	mu     sync.Mutex
	calm   bool              // nothing moves, so that no wake is sent twice
	of     map[string]*wakes // by subscription
	faults []string
}

// wakes are those of one subscription that the hook was told of.
type wakes struct {
	generations map[string]uint64 // by wake
	owner       map[uint64]string // the wake of a generation
	newest      uint64
	working     map[string]int // requests that wait for their answer, by wake
}

// notification is the part of a webhook's body that is looked at.
type notification struct {
	Subscription string `json:"subscription_id"`
	Wake         string `json:"wake_id"`
	Generation   uint64 `json:"generation"`
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{of: map[string]*wakes{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// ServeHTTP takes a delivery.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n notification
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.begin(n)
	select {
	case <-time.After(5 * time.Millisecond): // so that there is something to meet
	case <-r.Context().Done():
	}
	h.end(n)
	fmt.Fprint(w, `{"done":true}`)
}

func (h *hook) begin(n notification) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.of[n.Subscription]
	if s == nil {
		s = &wakes{generations: map[string]uint64{}, owner: map[uint64]string{}, working: map[string]int{}}
		h.of[n.Subscription] = s
	}
	for wake, count := range s.working {
		// One that is sent by an owner that loses it just now, the next one sends again.
		if count > 0 && (h.calm || wake != n.Wake) {
			h.fault("%s: wake %s comes while %s is worked on", n.Subscription, n.Wake, wake)
		}
	}
	before, known := s.generations[n.Wake]
	switch {
	case known && before != n.Generation:
		h.fault("%s: wake %s has generation %d, and had %d", n.Subscription, n.Wake, n.Generation, before)
	case !known && s.owner[n.Generation] != "":
		h.fault("%s: wakes %s and %s share generation %d", n.Subscription, n.Wake, s.owner[n.Generation], n.Generation)
	case !known && n.Generation < s.newest:
		h.fault("%s: wake %s of generation %d comes after generation %d", n.Subscription, n.Wake, n.Generation, s.newest)
	}
	s.generations[n.Wake], s.owner[n.Generation] = n.Generation, n.Wake
	s.newest = max(s.newest, n.Generation)
	s.working[n.Wake]++
}

func (h *hook) end(n notification) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of[n.Subscription].working[n.Wake]--
}

// setCalm says whether everything has the owner that it keeps.
func (h *hook) setCalm(calm bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calm = calm
}

// fault is called with mu held.
func (h *hook) fault(format string, args ...any) {
	h.faults = append(h.faults, fmt.Sprintf(format, args...))
}

// require wants no fault, and each of so many subscriptions to have been woken.
func (h *hook) require(t *testing.T, subscriptions int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, fault := range h.faults {
		t.Error(fault)
	}
	if len(h.of) != subscriptions {
		t.Errorf("%d subscriptions were woken, want %d", len(h.of), subscriptions)
	}
}
