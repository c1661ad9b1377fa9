package peerbucket_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"ursula/core/bucket"
	"ursula/core/vfs/faultfs"
)

// TestCrashAtEveryStep cuts the power of all nodes at each operation on any
// disk. What was acknowledged is whole on a majority; elsewhere, and of what was
// under way, there is all or nothing.
func TestCrashAtEveryStep(t *testing.T) {
	m := newMesh(t, 3)
	w := &workload{mesh: m, done: make(map[string]bool)}
	for _, n := range m.nodes {
		n.disk.Observe(func(op faultfs.Op, name string) { w.crash(t, fmt.Sprintf("%s %s", op, name)) })
	}
	b := m.bucket()
	for i := range 4 {
		key := fmt.Sprintf("g/%d.x", i)
		mustPut(t, b, key, content(key))
		w.acknowledge(key)
	}
	b.Close()
	for _, n := range m.nodes {
		n.disk.Observe(nil)
	}
	if w.steps < 40 {
		t.Fatalf("only %d steps were seen", w.steps)
	}
}

// TestCrashWhileFetching cuts this node's power at each operation of a fetch.
func TestCrashWhileFetching(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		w := &workload{mesh: c.mesh}
		c.nodes["1"].disk.Observe(func(op faultfs.Op, name string) { w.crash(t, fmt.Sprintf("%s %s", op, name)) })
		c.commit("g/a.x", "2")
		c.start()()
		c.nodes["1"].disk.Observe(nil)
		if got := c.holders("g/a.x"); len(got) != 2 || w.steps < 5 {
			t.Fatalf("holders %v after %d steps", got, w.steps)
		}
	})
}

// content is long enough to be torn.
func content(key string) string { return strings.Repeat(key, 3000) }

type workload struct {
	mesh *mesh

	mu    sync.Mutex
	done  map[string]bool // acknowledged
	steps int
}

func (w *workload) acknowledge(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[key] = true
}

// crash checks what a power cut leaves. What is acknowledged is noted first.
func (w *workload) crash(t *testing.T, when string) {
	w.mu.Lock()
	w.steps++
	seed, acknowledged := uint64(w.steps), maps.Clone(w.done)
	w.mu.Unlock()
	copies := make(map[string]int)
	for i, id := range w.mesh.ids {
		crashed := openLocal(t, w.mesh.nodes[id].disk.CrashClone(rand.New(rand.NewPCG(seed, uint64(i)))))
		for _, key := range w.holds(t, when, crashed) {
			copies[key]++
		}
	}
	for key := range acknowledged {
		if 2*copies[key] <= len(w.mesh.ids) {
			t.Errorf("%s: %d copies of %s", when, copies[key], key)
		}
	}
}

// holds returns the objects that a node has after a crash, each of them whole.
func (w *workload) holds(t *testing.T, when string, b bucket.Bucket) (keys []string) {
	for object, err := range b.List(t.Context(), "") {
		if err != nil {
			t.Errorf("%s: %v", when, err)
			return nil
		}
		got, err := read(t, b, object.Key)
		if got != content(object.Key) || errors.Is(err, bucket.ErrNotFound) {
			t.Errorf("%s: %s holds %d bytes, %v", when, object.Key, len(got), err)
		}
		keys = append(keys, object.Key)
	}
	return keys
}
