package cold_test

import (
	"context"
	"testing"

	"ursula/core/bucket/dirbucket"
	"ursula/core/cold"
	"ursula/core/segment"
	"ursula/core/vfs"
)

// osNode is a reader over a real directory that holds one segment of 8 MiB.
func osNode(b *testing.B) (*cold.Reader, error) {
	store, err := dirbucket.Open(dirbucket.Options{FS: vfs.OS{}, Dir: b.TempDir()})
	if err != nil {
		return nil, err
	}
	b.Cleanup(store.Close)
	return cold.NewReader(store, 0), putSegment(b.Context(), store, 1)
}

// BenchmarkPutSegment packs 8 MiB and makes them durable on a real disk.
func BenchmarkPutSegment(b *testing.B) {
	store, err := dirbucket.Open(dirbucket.Options{FS: vfs.OS{}, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(8 << 20)
	for b.Loop() {
		if err := putSegment(b.Context(), store, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func putSegment(ctx context.Context, store *dirbucket.Bucket, object uint64) error {
	data := make([]byte, 8<<20)
	s, err := segment.Build(segment.ID{Group: 1, Object: object}, []segment.Range{
		{Name: "v1/s", ID: 1, To: uint64(len(data)), Parts: [][]byte{data}, Ends: []uint64{uint64(len(data))}},
	})
	if err != nil {
		return err
	}
	return store.Put(ctx, s.ID.Key(), s.Parts...)
}
