package node

import "sync"

// marks is what somebody has to look at, each once. All methods may be called
// concurrently, and none waits.
type marks[K comparable] struct {
	kick chan struct{} // has an element when something was marked

	mu  sync.Mutex
	set map[K]struct{}
}

func newMarks[K comparable]() marks[K] {
	return marks[K]{kick: make(chan struct{}, 1), set: make(map[K]struct{})}
}

// mark adds k, and says so.
func (m *marks[K]) mark(k K) {
	m.add(k)
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// add has k taken along with what is marked next.
func (m *marks[K]) add(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set[k] = struct{}{}
}

func (m *marks[K]) take() map[K]struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.set
	m.set = make(map[K]struct{})
	return taken
}
