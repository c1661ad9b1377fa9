package snapshot_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"ursula/core/snapshot"
	"ursula/core/vfs"
	"ursula/core/vfs/faultfs"
)

const dir = "snapshots"

func open(t *testing.T, fs vfs.FS) *snapshot.Store {
	t.Helper()
	s, err := snapshot.Open(fs, dir)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return s
}

// content is n bytes that tell order apart from order and place from place.
func content(order uint64, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(order)}).Read(b)
	return b
}

// write makes a snapshot in pieces that do not fit its blocks.
func write(s *snapshot.Store, order uint64, meta string, data []byte) error {
	w, err := s.Create(order, []byte(meta))
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), 100_003)
		// Commit reports what a write ran into.
		if _, err := w.Write(data[:n]); err != nil {
			break
		}
		data = data[n:]
	}
	return w.Commit()
}

func mustWrite(t *testing.T, s *snapshot.Store, order uint64, meta string, data []byte) {
	t.Helper()
	if err := write(s, order, meta, data); err != nil {
		t.Fatalf("write snapshot %d: %v", order, err)
	}
}

func read(s *snapshot.Store, id string) (meta, data []byte, err error) {
	meta, _, r, err := s.Open(id)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	data, err = io.ReadAll(r)
	return meta, data, err
}

func list(t *testing.T, s *snapshot.Store) []string {
	t.Helper()
	ids, err := s.List()
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	return ids
}

// bytesOf returns a file as it is.
func bytesOf(t *testing.T, fs *faultfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	size, err := f.Size()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plant makes a file of these bytes.
func plant(t testing.TB, fs vfs.FS, name string, b []byte) {
	t.Helper()
	f, err := fs.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
}

func wantSnapshot(t *testing.T, s *snapshot.Store, id, meta string, data []byte) {
	t.Helper()
	gotMeta, got, err := read(s, id)
	if err != nil {
		t.Fatalf("read snapshot %s: %v", id, err)
	}
	if string(gotMeta) != meta || !bytes.Equal(got, data) {
		t.Fatalf("snapshot %s: description %q and %d bytes, want %q and %d", id, gotMeta, len(got), meta, len(data))
	}
}
