package vfs_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"ursula/core/vfs"
)

func TestOSFileRoundTrip(t *testing.T) {
	fsys, dir := vfs.OS{}, t.TempDir()
	name := filepath.Join(dir, "a")
	f, err := fsys.Create(name)
	must(t, err)
	_, err = f.WriteAt([]byte("hello"), 3)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Truncate(6))
	if size, err := f.Size(); err != nil || size != 6 {
		t.Fatalf("Size = %d, %v; want 6", size, err)
	}
	must(t, f.Close())
	must(t, fsys.Rename(name, filepath.Join(dir, "b")))
	must(t, fsys.SyncDir(dir))
	if free, err := fsys.Free(dir); err != nil || free <= 0 {
		t.Errorf("Free = %d, %v", free, err)
	}
	names, err := fsys.List(dir)
	must(t, err)
	if !slices.Equal(names, []string{"b"}) {
		t.Fatalf("List = %v", names)
	}
	r, err := fsys.Open(filepath.Join(dir, "b"))
	must(t, err)
	defer r.Close()
	got := make([]byte, 6)
	_, err = r.ReadAt(got, 0)
	must(t, err)
	if string(got) != "\x00\x00\x00hel" {
		t.Fatalf("read %q", got)
	}
}

func TestOSMissingFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, opened := vfs.OS{}.Open(missing)
	_, openedForWriting := vfs.OS{}.OpenReadWrite(missing)
	_, stated := vfs.OS{}.Stat(missing)
	for _, err := range []error{opened, openedForWriting, stated, vfs.OS{}.Remove(missing)} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v is not fs.ErrNotExist", err)
		}
	}
}

func TestOSLockExcludes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "LOCK")
	held, err := vfs.OS{}.Lock(name)
	must(t, err)
	if _, err := (vfs.OS{}).Lock(name); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("second Lock: %v, want ErrLocked", err)
	}
	must(t, held.Close())
	again, err := vfs.OS{}.Lock(name)
	must(t, err)
	must(t, again.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
