package segment

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzDecodeIndex gets past the checksums, which the outer fuzz targets rarely
// do. What is accepted must not claim more memory than its bytes justify.
func FuzzDecodeIndex(f *testing.F) {
	r := Range{Name: "v1/a", ID: 1, From: 5, To: 9, Parts: [][]byte{[]byte("data")}, Ends: []uint64{6, 9}}
	e, err := r.entry(0)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encodeIndex([]Entry{e}), 1, uint64(4))
	f.Add([]byte{}, 0, uint64(0))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, 1<<31, uint64(MaxData))
	f.Fuzz(func(t *testing.T, b []byte, ranges int, data uint64) {
		index, err := decodeIndex(b, max(ranges, 0), min(data, MaxData))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		if index.Memory() > 32*len(b) {
			t.Fatalf("index of %d bytes takes %d", len(b), index.Memory())
		}
		again, err := decodeIndex(encodeIndex(index.Entries()), len(index.Entries()), MaxData)
		if err != nil || len(again.Entries()) != len(index.Entries()) {
			t.Fatalf("does not survive another round: %v", err)
		}
	})
}

// FuzzDecodeFooter decodes arbitrary footers with a right checksum.
func FuzzDecodeFooter(f *testing.F) {
	f.Add(footer{id: ID{1, 2}, ranges: 3, data: 4, index: 21}.encode(), int64(89))
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		if len(b) != footerSize {
			return
		}
		foot, err := decodeFooter(b, ID{1, 2}, size)
		if err == nil && !bytes.Equal(foot.encode()[4:44], b[4:44]) {
			t.Fatal("decoded footer is not what was there")
		}
	})
}
