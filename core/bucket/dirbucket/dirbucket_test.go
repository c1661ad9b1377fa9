package dirbucket_test

import (
	"testing"

	"ursula/core/bucket"
	"ursula/core/bucket/buckettest"
	"ursula/core/bucket/dirbucket"
	"ursula/core/vfs"
)

func TestAcceptanceOnOS(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		return open(t, dirbucket.Options{FS: vfs.OS{}, Dir: t.TempDir() + "/cold"})
	})
}

// TestAcceptanceWithOneHandle makes nearly every read evict a file in use.
func TestAcceptanceWithOneHandle(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) bucket.Bucket {
		return open(t, dirbucket.Options{FS: vfs.OS{}, Dir: t.TempDir(), MaxOpen: 1})
	})
}

func open(t *testing.T, o dirbucket.Options) *dirbucket.Bucket {
	t.Helper()
	b, err := dirbucket.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}
