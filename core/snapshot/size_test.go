package snapshot_test

import (
	"bytes"
	"testing"

	"ursula/core/vfs/faultfs"
)

// The size that is told before anything was read is that of the content: whoever
// sends a snapshot announces it.
func TestTheSizeIsTheContents(t *testing.T) {
	const block = 256 << 10
	for _, size := range []int{0, 1, block - 1, block, block + 1, 3 * block, 3*block + 17} {
		s := open(t, faultfs.New())
		if err := write(s, 1, "", bytes.Repeat([]byte{7}, size)); err != nil {
			t.Fatal(err)
		}
		_, told, r, err := s.Open(list(t, s)[0])
		if err != nil {
			t.Fatal(err)
		}
		if told != int64(size) {
			t.Errorf("%d bytes are said to be %d", size, told)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}
