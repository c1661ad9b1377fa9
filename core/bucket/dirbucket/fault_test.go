package dirbucket_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"ursula/core/bucket"
	"ursula/core/bucket/buckettest"
	"ursula/core/bucket/dirbucket"
	"ursula/core/vfs/faultfs"
)

var errFault = errors.New("injected fault")

func TestAcceptanceOnFaultFS(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		return open(t, dirbucket.Options{FS: faultfs.New(), Dir: "data/cold"})
	})
}

// TestCrashAtEveryStep cuts the power after each operation of a workload that
// puts, replaces and deletes. What Put had acknowledged is there whole; what
// was under way is there whole or as it was before; nothing else is there.
func TestCrashAtEveryStep(t *testing.T) {
	disk := faultfs.New()
	b := open(t, dirbucket.Options{FS: disk, Dir: "cold"})
	w := workload{bucket: b, allowed: make(map[string][]string)}
	steps := 0
	disk.Observe(func(op faultfs.Op, name string) {
		steps++
		for seed := range uint64(4) {
			crashed := disk.CrashClone(rand.New(rand.NewPCG(seed, uint64(steps))))
			w.check(t, fmt.Sprintf("step %d (%s %s), seed %d", steps, op, name, seed), crashed)
		}
	})
	w.put(t, "g1/a.x", "first")
	w.put(t, "g1/b.x", strings.Repeat("many pages", 3000))
	w.put(t, "g2/a.x", "other directory")
	w.put(t, "g1/a.x", strings.Repeat("replaced", 2000))
	w.delete(t, "g1/b.x")
	w.put(t, "g1/b.x", "again")
	if steps < 25 {
		t.Fatalf("only %d steps were seen", steps)
	}
}

// workload knows for each key what a crash may leave; "" stands for nothing.
type workload struct {
	bucket  bucket.Bucket
	allowed map[string][]string
}

func (w *workload) put(t *testing.T, key, content string) {
	if w.allowed[key] == nil {
		w.allowed[key] = []string{""}
	}
	w.allowed[key] = append(w.allowed[key], content)
	if err := w.bucket.Put(t.Context(), key, []byte(content)); err != nil {
		t.Fatal(err)
	}
	w.allowed[key] = []string{content}
}

// delete may be undone by any later crash.
func (w *workload) delete(t *testing.T, key string) {
	w.allowed[key] = append(w.allowed[key], "")
	if err := w.bucket.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}

func (w *workload) check(t *testing.T, when string, crashed *faultfs.FS) {
	b := open(t, dirbucket.Options{FS: crashed, Dir: "cold"})
	for key, contents := range w.allowed {
		got := content(t, b, key)
		found := false
		for _, c := range contents {
			found = found || c == got
		}
		if !found {
			t.Fatalf("%s: %s has %d bytes %.20q", when, key, len(got), got)
		}
	}
	for _, dir := range []string{"cold", "cold/g1", "cold/g2"} {
		names, _ := crashed.List(dir)
		if left := strings.Join(names, " "); strings.Contains(left, "~") {
			t.Fatalf("%s: temporary files stay in %s: %s", when, dir, left)
		}
	}
}

// TestPutFailsCleanly makes each operation of a Put fail once. The object that
// was there stays, no temporary file does, and the next Put works.
func TestPutFailsCleanly(t *testing.T) {
	for _, rule := range []faultfs.Rule{
		{Op: faultfs.OpCreate}, {Op: faultfs.OpWrite}, {Op: faultfs.OpWrite, Short: 100},
		{Op: faultfs.OpSync}, {Op: faultfs.OpRename},
	} {
		disk := faultfs.New()
		b := open(t, dirbucket.Options{FS: disk, Dir: "cold"})
		mustPut(t, b, "g1/a.x", "before")
		rule.Err, rule.Nth, rule.Match = errFault, 1, "g1"
		disk.Inject(rule)
		if err := b.Put(t.Context(), "g1/a.x", bytes.Repeat([]byte("z"), 5000)); !errors.Is(err, errFault) {
			t.Errorf("%s: Put = %v", rule.Op, err)
		}
		if got := content(t, b, "g1/a.x"); got != "before" {
			t.Errorf("%s: object is %.20q now", rule.Op, got)
		}
		if names, _ := disk.List("cold/g1"); len(names) != 1 {
			t.Errorf("%s: directory holds %q", rule.Op, names)
		}
		mustPut(t, b, "g1/a.x", "after")
		if got := content(t, b, "g1/a.x"); got != "after" {
			t.Errorf("%s: object is %.20q at last", rule.Op, got)
		}
	}
}

func TestFailedDirectorySyncIsNotSuccess(t *testing.T) {
	disk := faultfs.New()
	b := open(t, dirbucket.Options{FS: disk, Dir: "cold"})
	mustPut(t, b, "g1/a.x", "before")
	disk.Inject(faultfs.Rule{Op: faultfs.OpSyncDir, Nth: 1, Err: errFault})
	if err := b.Put(t.Context(), "g1/a.x", []byte("perhaps")); !errors.Is(err, errFault) {
		t.Fatalf("Put = %v", err)
	}
	if err := b.Put(t.Context(), "g9/a.x", []byte("new directory")); err != nil {
		t.Fatal(err)
	}
}

func TestFullDisk(t *testing.T) {
	disk := faultfs.New()
	b := open(t, dirbucket.Options{FS: disk, Dir: "cold"})
	mustPut(t, b, "g1/a.x", "kept")
	disk.SetFree(2 * faultfs.PageSize)
	large := bytes.Repeat([]byte("z"), 5*faultfs.PageSize)
	if err := b.Put(t.Context(), "g1/b.x", large); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Put on a full disk = %v", err)
	}
	if got := content(t, b, "g1/a.x") + content(t, b, "g1/b.x"); got != "kept" {
		t.Fatalf("objects are %.20q", got)
	}
	mustPut(t, b, "g1/c.x", string(large[:2*faultfs.PageSize])) // the failed Put gave its space back
	disk.SetFree(-1)
	mustPut(t, b, "g1/b.x", string(large))
}

func mustPut(t *testing.T, b bucket.Bucket, key, content string) {
	t.Helper()
	if err := b.Put(t.Context(), key, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

// content returns a whole object, or "" when there is none.
func content(t *testing.T, b bucket.Bucket, key string) string {
	t.Helper()
	object, err := b.Stat(t.Context(), key)
	if errors.Is(err, bucket.ErrNotFound) {
		return ""
	}
	dst := make([]byte, object.Size)
	if err == nil {
		_, err = b.Get(t.Context(), key, dst, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(dst)
}
