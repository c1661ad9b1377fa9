package buckettest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"ursula/core/bucket"
)

// testReplaceIsAtomic reads an object whole while it is replaced: a reader sees
// one version or the other.
func testReplaceIsAtomic(t *testing.T, b bucket.Bucket) {
	const size, versions = 100_000, 20
	put(t, b, "a.x", string(bytes.Repeat([]byte{0}, size)))
	written := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() { readOneVersion(t, b, size, written) })
	}
	last := ""
	for v := range versions {
		last = string(bytes.Repeat([]byte{byte(v + 1)}, size))
		put(t, b, "a.x", last)
	}
	close(written)
	readers.Wait()
	want(t, b, "a.x", last)
}

func readOneVersion(t *testing.T, b bucket.Bucket, size int, done <-chan struct{}) {
	dst := make([]byte, size)
	for {
		if n, err := b.Get(t.Context(), "a.x", dst, 0); err != nil || bytes.Count(dst, dst[:1]) != size {
			t.Errorf("Get = %d, %v; or a mix of two versions", n, err)
			return
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func testConcurrent(t *testing.T, b bucket.Bucket) {
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			for i := range 10 {
				key := fmt.Sprintf("g%d/%d.x", w%3, w*100+i)
				put(t, b, key, key)
				want(t, b, key, key)
				if i%2 == 0 {
					if err := b.Delete(t.Context(), key); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	workers.Wait()
	if got := len(list(t, b, "")); got != 40 {
		t.Fatalf("%d objects left, want 40", got)
	}
}
