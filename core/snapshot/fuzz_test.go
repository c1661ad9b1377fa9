package snapshot_test

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"testing"

	"ursula/core/snapshot"
	"ursula/core/vfs/faultfs"
)

var table = crc32.MakeTable(crc32.Castagnoli)

// otherVersion is the header of a format that does not exist yet.
func otherVersion(version uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("URSSTORE"), version)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, table))
}

// block is one block as docs/formats/snapshot.md says.
func block(payload string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	sum := crc32.Update(crc32.Checksum(b, table), table, []byte(payload))
	return append(binary.LittleEndian.AppendUint32(b, sum), payload...)
}

// FuzzReader gives the reader arbitrary files: it refuses or reads them, never
// panics, and never returns more than the file could hold.
func FuzzReader(f *testing.F) {
	valid := append(append(otherVersion(1), block("payload")...), block("")...)
	f.Add(valid)
	f.Add(valid[:len(valid)-3])
	f.Add(otherVersion(2))
	f.Add([]byte("URSSTORE"))
	f.Fuzz(func(t *testing.T, b []byte) {
		disk := faultfs.New()
		s, err := snapshot.Open(disk, dir)
		if err != nil {
			t.Fatal(err)
		}
		plant(t, disk, file, b)
		_, _, r, err := s.Open(first)
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, r)
		if n > int64(len(b)) {
			t.Fatalf("%d bytes out of a file of %d: %v", n, len(b), err)
		}
	})
}

// The format is written by hand once more, from its document.
func TestReadsWhatTheDocumentSays(t *testing.T) {
	disk := faultfs.New()
	s := open(t, disk)
	b := append(otherVersion(1), block("some")...)
	b = append(append(b, block("thing")...), block("")...)
	plant(t, disk, file, b)
	wantSnapshot(t, s, first, "", []byte("something"))
}
