package journal

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"ursula/core/vfs/faultfs"
)

const goldenFile = "testdata/golden-v1.seg"

// TestGoldenSegment pins version 1 of the format: the header, two frames of
// one and two records, the padding, and the seal where the file ends. If it
// fails, journals on disk become unreadable: raise the version instead.
func TestGoldenSegment(t *testing.T) {
	fsys := faultfs.New()
	o := Options{FS: fsys, Dir: "j", Shards: 3, SegmentBytes: MinSegmentBytes,
		Rand: bytes.NewReader(bytes.Repeat([]byte("saltsalt"), 16))}
	j, err := Open(o, nil)
	check(t, err)
	_, err = j.Writer(0).Append([]Record{{Group: 3, Kind: 7, Payload: []byte("hello")}})
	check(t, err)
	_, err = j.Writer(0).Append([]Record{{Group: 6, Kind: 1}, {Group: 1 << 30, Kind: 255, Payload: []byte("12345678")}})
	check(t, err)
	check(t, j.Close())
	got := readFile(t, fsys, filepath.Join("j", segmentName(1, segmentSuffix)))
	if rewriting() {
		check(t, os.WriteFile(goldenFile, got, 0o644))
	}
	want, err := os.ReadFile(goldenFile)
	check(t, err)
	if !bytes.Equal(got, want) {
		t.Fatalf("the segment differs from %s:\n%x", goldenFile, got)
	}
}

// rewriting looks up the flag that the scenarios define.
func rewriting() bool {
	f := flag.Lookup("rewrite")
	return f != nil && f.Value.String() == "true"
}

// FuzzDecode feeds bytes to the decoders of frames and records: they must not
// panic, and what they accept must encode to the same bytes.
func FuzzDecode(f *testing.F) {
	golden, err := os.ReadFile(goldenFile)
	check(f, err)
	f.Add(golden[headerSize:])
	f.Add(golden[headerSize+frameHeaderSize:])
	f.Add([]byte{})
	salt := le.Uint64([]byte("saltsalt"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if fr, err := decodeFrame(b, salt); err == nil {
			again := append(beginFrame(nil), fr.body...)
			endFrame(again, salt, fr.sequence, le.Uint32(b[28:]))
			if !bytes.Equal(again, b[:fr.size()]) {
				t.Fatalf("frame %x encodes to %x", b[:fr.size()], again)
			}
		}
		r, length, err := decodeRecord(b)
		if err == nil && (length > len(b) || len(r.Payload) != length-recordHeaderSize) {
			t.Fatalf("record of %d bytes in %d", length, len(b))
		}
		if r, err := verifyRecord(b); err == nil && RecordSize(len(r.Payload)) < int64(len(b)) {
			t.Fatalf("record %+v verified in %d bytes", r, len(b))
		}
	})
}

// FuzzRecovery puts bytes where a segment should be. Open must replay, cut or
// refuse, without a panic and without allocating more than the file's size
// asks for; and what it accepted once it must accept again with the same
// records.
func FuzzRecovery(f *testing.F) {
	golden, err := os.ReadFile(goldenFile)
	check(f, err)
	f.Add(golden)
	f.Add(golden[:len(golden)-sealSize])
	f.Add(append(bytes.Clone(golden[:len(golden)-sealSize]), make([]byte, MinSegmentBytes-len(golden)+sealSize)...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		fsys := faultfs.New()
		writeFile(t, fsys, filepath.Join("j", segmentName(1, segmentSuffix)), b)
		first, err := recoverAll(fsys)
		var damage *CorruptionError
		if errors.As(err, &damage) {
			return
		}
		check(t, err)
		second, err := recoverAll(fsys)
		check(t, err)
		if first != second {
			t.Fatalf("found %d records, then %d", first, second)
		}
	})
}

func recoverAll(fsys *faultfs.FS) (records int, err error) {
	o := Options{FS: fsys, Dir: "j", Shards: 1, SegmentBytes: MinSegmentBytes}
	j, err := Open(o, func(Record, Position) ([]Position, error) {
		records++
		return nil, nil
	})
	if err != nil {
		return 0, err
	}
	return records, j.Close()
}

func readFile(t *testing.T, fsys *faultfs.FS, name string) []byte {
	t.Helper()
	f, err := fsys.Open(name)
	check(t, err)
	size, err := f.Size()
	check(t, err)
	b := make([]byte, size)
	_, err = f.ReadAt(b, 0)
	check(t, err)
	return b
}

func writeFile(t *testing.T, fsys *faultfs.FS, name string, b []byte) {
	t.Helper()
	check(t, fsys.MkdirAll(filepath.Dir(name)))
	f, err := fsys.Create(name)
	check(t, err)
	_, err = f.WriteAt(b, 0)
	check(t, err)
	check(t, f.Sync())
	check(t, fsys.SyncDir(filepath.Dir(name)))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
