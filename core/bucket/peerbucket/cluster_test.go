package peerbucket_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/bucket"
	"ursula/core/bucket/peerbucket"
)

var errDamaged = errors.New("damaged")

// cluster is a mesh with a replicated state and a mirror on node 1.
type cluster struct {
	*mesh
	local  *unlisted
	state  *catalog
	mirror *peerbucket.Mirror
}

// unlisted is a bucket that cannot be listed for some time.
type unlisted struct {
	bucket.Bucket
	failures int
}

func (u *unlisted) List(ctx context.Context, prefix string) iter.Seq2[bucket.Object, error] {
	if u.failures == 0 {
		return u.Bucket.List(ctx, prefix)
	}
	u.failures--
	return func(yield func(bucket.Object, error) bool) { yield(bucket.Object{}, errRefused) }
}

// catalog is the state of the one group "g/", as node 1 knows it.
type catalog struct {
	mu        sync.Mutex
	named     map[string]bool
	forgotten map[string]bool
}

func (c *catalog) Prefixes() []string { return []string{"g/"} }

func (c *catalog) Named(string) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.named {
		keys = append(keys, key)
	}
	return keys
}

func (c *catalog) Forgotten(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgotten[key]
}

func (c *catalog) Verify(key string, got []byte) error {
	if string(got) != content(key) {
		return errDamaged
	}
	return nil
}

// bubble runs a test in which only node 1 has a mirror. It is made, not run.
func bubble(t *testing.T, nodes int, test func(*testing.T, *cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{mesh: newMesh(t, nodes)}
		c.local = &unlisted{Bucket: c.nodes["1"].local}
		c.state = &catalog{named: make(map[string]bool), forgotten: make(map[string]bool)}
		c.mirror = peerbucket.NewMirror(peerbucket.MirrorOptions{
			Local: c.local, Remote: c.mesh, Peers: c.peers("1"), Catalog: c.state,
			MaxObject: int64(len(content("g/000.x"))),
		})
		test(t, c)
	})
}

// start runs the mirror, lets it do what it can, and returns what stops it.
func (c *cluster) start() (stop func()) {
	ctx, cancel := context.WithCancel(c.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.mirror.Run(ctx)
	}()
	synctest.Wait()
	return func() {
		cancel()
		<-done
	}
}

// run is start until the test ends.
func (c *cluster) run() { c.t.Cleanup(c.start()) }

// commit gives nodes an object that the state names.
func (c *cluster) commit(key string, nodes ...string) {
	c.t.Helper()
	for _, id := range nodes {
		mustPut(c.t, c.nodes[id].local, key, content(key))
	}
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	c.state.named[key] = true
}

// drop has the state name an object no longer: as garbage, or not at all.
func (c *cluster) drop(key string, forgotten bool) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	delete(c.state.named, key)
	c.state.forgotten[key] = forgotten
}

// kick kicks, and waits until the mirror has looked and done what it can do.
func (c *cluster) kick() {
	c.mirror.Kick("g/")
	after(peerbucket.DefaultSettle)
}

// after lets virtual time pass.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (c *cluster) wantHolders(key string, ids ...string) {
	c.t.Helper()
	if got := c.holders(key); !slices.Equal(got, ids) {
		c.t.Fatalf("%s is held by %v, want %v", key, got, ids)
	}
}

// asked counts the requests that peers got.
func (c *cluster) asked() (n int) {
	for _, node := range c.nodes {
		node.mu.Lock()
		n += len(node.requests)
		node.mu.Unlock()
	}
	return n
}
