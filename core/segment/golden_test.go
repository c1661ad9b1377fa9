package segment_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"ursula/core/segment"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

const golden = "testdata/v1.seg"

// goldenRanges need two blocks, several records, a stream twice, and a range
// that crosses blocks.
func goldenRanges() []segment.Range {
	many := text("v1/many", 9, 1000, "onetwothree")
	many.Ends = []uint64{1003, 1006, 1011}
	return []segment.Range{
		many,
		text("v1/crossing", 1, 0, strings.Repeat("0123456789abcdef", segment.BlockSize/16)),
		text("v1/many", 9, 2000, "later"),
		text("b/ünïcode name", 1<<40, 7, "x"),
	}
}

// TestGolden pins version 1 of the format: what is written, byte for byte, and
// that such a file is still read.
func TestGolden(t *testing.T) {
	_, object := build(t, id, goldenRanges())
	if *rewrite {
		if err := os.WriteFile(golden, object, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(object, want) {
		t.Fatal("Build writes other bytes than the golden file holds: that needs a new version")
	}
	index, err := segment.ReadIndex(t.Context(), memory(want), id, int64(len(want)))
	if err != nil || len(index.Entries()) != 4 {
		t.Fatalf("ReadIndex: %v", err)
	}
}
