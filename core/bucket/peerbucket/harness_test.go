package peerbucket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"ursula/core/bucket"
	"ursula/core/bucket/dirbucket"
	"ursula/core/bucket/peerbucket"
	"ursula/core/vfs/faultfs"
)

var errRefused = errors.New("refused")

// mesh is a cluster whose nodes call each other directly.
type mesh struct {
	t     *testing.T
	ids   []string // "1", "2", ...
	nodes map[string]*node
}

// node is a member: its disk, its local bucket, and what it does to requests.
type node struct {
	disk  *faultfs.FS
	local *dirbucket.Bucket

	mu       sync.Mutex
	fault    func(ctx context.Context, op, key string) error // nil answers
	requests []string                                        // "op key"
}

func newMesh(t *testing.T, nodes int) *mesh {
	t.Helper()
	m := &mesh{t: t, nodes: make(map[string]*node)}
	for i := range nodes {
		id := fmt.Sprint(i + 1)
		m.ids = append(m.ids, id)
		n := &node{disk: faultfs.New()}
		n.local = openLocal(t, n.disk)
		m.nodes[id] = n
	}
	return m
}

func openLocal(t *testing.T, disk *faultfs.FS) *dirbucket.Bucket {
	t.Helper()
	b, err := dirbucket.Open(dirbucket.Options{FS: disk, Dir: "cold"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// peers lists everybody but one.
func (m *mesh) peers(self string) func() []string {
	others := slices.DeleteFunc(slices.Clone(m.ids), func(id string) bool { return id == self })
	return func() []string { return others }
}

// bucket returns node 1's bucket.
func (m *mesh) bucket() *peerbucket.Bucket {
	b := peerbucket.New(peerbucket.Options{Local: m.nodes["1"].local, Remote: m, Peers: m.peers("1")})
	m.t.Cleanup(b.Close)
	return b
}

// holders lists the nodes that have an object.
func (m *mesh) holders(key string) (ids []string) {
	for _, id := range m.ids {
		if _, err := m.nodes[id].local.Stat(m.t.Context(), key); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// set gives nodes a fault.
func (m *mesh) set(fault func(context.Context, string, string) error, ids ...string) {
	for _, id := range ids {
		n := m.nodes[id]
		n.mu.Lock()
		n.fault = fault
		n.mu.Unlock()
	}
}

func refuse(context.Context, string, string) error { return errRefused }

// hang answers nothing until the caller gives up.
func hang(ctx context.Context, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// held answers nothing of a kind until release is closed or the caller gives up.
func held(kind string, release <-chan struct{}) func(context.Context, string, string) error {
	return func(ctx context.Context, op, _ string) error {
		if op != kind {
			return nil
		}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enter notes a request and has the node's fault decide.
func (m *mesh) enter(ctx context.Context, peer, op, key string) (*node, error) {
	n := m.nodes[peer]
	n.mu.Lock()
	n.requests = append(n.requests, op+" "+key)
	fault := n.fault
	n.mu.Unlock()
	if fault == nil {
		return n, ctx.Err()
	}
	return n, errors.Join(fault(ctx, op, key), ctx.Err())
}

// Put implements peerbucket.Remote. A fault may strike before anything arrives
// ("put"), and when all has arrived and nothing is stored ("store").
func (m *mesh) Put(ctx context.Context, peer, key string, size int64, r io.Reader) error {
	n, err := m.enter(ctx, peer, "put", key)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(r)
	if err != nil || int64(len(content)) != size {
		return fmt.Errorf("%d of %d bytes: %w", len(content), size, err)
	}
	if _, err := m.enter(ctx, peer, "store", key); err != nil {
		return err
	}
	return n.local.Put(ctx, key, content)
}

// Get implements peerbucket.Remote.
func (m *mesh) Get(ctx context.Context, peer, key string, dst []byte, offset int64) (int, error) {
	n, err := m.enter(ctx, peer, "get", key)
	if err != nil {
		return 0, err
	}
	return n.local.Get(ctx, key, dst, offset)
}

// Stat implements peerbucket.Remote.
func (m *mesh) Stat(ctx context.Context, peer, key string) (bucket.Object, error) {
	n, err := m.enter(ctx, peer, "stat", key)
	if err != nil {
		return bucket.Object{}, err
	}
	return n.local.Stat(ctx, key)
}

// Delete implements peerbucket.Remote.
func (m *mesh) Delete(ctx context.Context, peer, key string) error {
	n, err := m.enter(ctx, peer, "delete", key)
	if err != nil {
		return err
	}
	return n.local.Delete(ctx, key)
}

func mustPut(t *testing.T, b bucket.Bucket, key, content string) {
	t.Helper()
	if err := b.Put(t.Context(), key, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

// read returns a whole object of a bucket.
func read(t *testing.T, b bucket.Bucket, key string) (string, error) {
	t.Helper()
	object, err := b.Stat(t.Context(), key)
	if err != nil {
		return "", err
	}
	dst := make([]byte, object.Size)
	_, err = b.Get(t.Context(), key, dst, 0)
	return string(dst), err
}
