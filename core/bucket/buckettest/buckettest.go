// Package buckettest is the acceptance suite that every adapter of
// bucket.Bucket passes. It tests what the port promises to callers that have
// only the port; crashes and full disks are tested beside each adapter.
package buckettest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"ursula/core/bucket"
)

// Run tests the bucket that open returns. Each subtest opens an empty one.
func Run(t *testing.T, open func(t *testing.T) bucket.Bucket) {
	for name, test := range map[string]func(*testing.T, bucket.Bucket){
		"PutJoinsParts":      testPutJoinsParts,
		"PutReplaces":        testPutReplaces,
		"EmptyObject":        testEmptyObject,
		"GetRanges":          testGetRanges,
		"Missing":            testMissing,
		"DeleteIsIdempotent": testDeleteIsIdempotent,
		"ListIsOrdered":      testListIsOrdered,
		"ListStops":          testListStops,
		"BadKeys":            testBadKeys,
		"CancelledContext":   testCancelledContext,
		"ReplaceIsAtomic":    testReplaceIsAtomic,
		"Concurrent":         testConcurrent,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testPutJoinsParts(t *testing.T, b bucket.Bucket) {
	put(t, b, "g1/a.x", "one", "", "two", "three")
	want(t, b, "g1/a.x", "onetwothree")
	object, err := b.Stat(t.Context(), "g1/a.x")
	if err != nil || object != (bucket.Object{Key: "g1/a.x", Size: 11}) {
		t.Fatalf("Stat = %+v, %v", object, err)
	}
}

func testPutReplaces(t *testing.T, b bucket.Bucket) {
	put(t, b, "a.x", "a long first version")
	want(t, b, "a.x", "a long first version")
	put(t, b, "a.x", "second")
	want(t, b, "a.x", "second")
	put(t, b, "a.x", "second")
	want(t, b, "a.x", "second")
}

func testEmptyObject(t *testing.T, b bucket.Bucket) {
	put(t, b, "a.x")
	want(t, b, "a.x", "")
	if n, err := b.Get(t.Context(), "a.x", make([]byte, 1), 0); n != 0 || err != io.EOF {
		t.Fatalf("Get = %d, %v; want 0, EOF", n, err)
	}
}

func testGetRanges(t *testing.T, b bucket.Bucket) {
	put(t, b, "a.x", "0123456789")
	for _, row := range []struct {
		offset int64
		length int
		want   string
		err    error
	}{
		{0, 10, "0123456789", nil},
		{3, 4, "3456", nil},
		{9, 1, "9", nil},
		{7, 5, "789", io.EOF},
		{10, 1, "", io.EOF},
		{99, 1, "", io.EOF},
	} {
		dst := make([]byte, row.length)
		n, err := b.Get(t.Context(), "a.x", dst, row.offset)
		if string(dst[:n]) != row.want || err != row.err {
			t.Errorf("Get(%d+%d) = %q, %v; want %q, %v", row.offset, row.length, dst[:n], err, row.want, row.err)
		}
	}
}

func testMissing(t *testing.T, b bucket.Bucket) {
	put(t, b, "g1/a.x", "here")
	for _, key := range []string{"g1/b.x", "g2/a.x", "a.x"} {
		_, got := b.Get(t.Context(), key, make([]byte, 1), 0)
		_, stated := b.Stat(t.Context(), key)
		for _, err := range []error{got, stated} {
			if !errors.Is(err, bucket.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", key, err)
			}
		}
	}
}

func testDeleteIsIdempotent(t *testing.T, b bucket.Bucket) {
	put(t, b, "g1/a.x", "gone soon")
	want(t, b, "g1/a.x", "gone soon")
	for range 2 {
		if err := b.Delete(t.Context(), "g1/a.x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Delete(t.Context(), "g7/never.x"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), "g1/a.x", make([]byte, 1), 0); !errors.Is(err, bucket.ErrNotFound) {
		t.Fatalf("after Delete: %v", err)
	}
}

func testListIsOrdered(t *testing.T, b bucket.Bucket) {
	for _, key := range []string{"g2/b.x", "g10/a.x", "g1/b.x", "g1/a.x", "g1-x/a.x", "top.x", "g1/deep/c.x"} {
		put(t, b, key, key)
	}
	for prefix, keys := range map[string][]string{
		"":       {"g1-x/a.x", "g1/a.x", "g1/b.x", "g1/deep/c.x", "g10/a.x", "g2/b.x", "top.x"},
		"g1/":    {"g1/a.x", "g1/b.x", "g1/deep/c.x"},
		"g1":     {"g1-x/a.x", "g1/a.x", "g1/b.x", "g1/deep/c.x", "g10/a.x"},
		"g1/b":   {"g1/b.x"},
		"absent": nil,
		"no/":    nil,
	} {
		if got := list(t, b, prefix); !slices.Equal(got, keys) {
			t.Errorf("List(%q) = %q, want %q", prefix, got, keys)
		}
	}
}

func testListStops(t *testing.T, b bucket.Bucket) {
	put(t, b, "a.x", "1")
	put(t, b, "b.x", "2")
	for object, err := range b.List(t.Context(), "") {
		if err != nil || object.Key != "a.x" || object.Size != 1 {
			t.Fatalf("first of List = %+v, %v", object, err)
		}
		break
	}
}

func testBadKeys(t *testing.T, b bucket.Bucket) {
	for _, key := range []string{"", "../a.x", "/a.x", "a", "a.x~1"} {
		_, got := b.Get(t.Context(), key, nil, 0)
		_, stated := b.Stat(t.Context(), key)
		for _, err := range []error{got, stated, b.Put(t.Context(), key), b.Delete(t.Context(), key)} {
			if !errors.Is(err, bucket.ErrKey) {
				t.Errorf("%q: %v, want ErrKey", key, err)
			}
		}
	}
}

func testCancelledContext(t *testing.T, b bucket.Bucket) {
	put(t, b, "a.x", "kept")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, got := b.Get(ctx, "a.x", make([]byte, 1), 0)
	_, stated := b.Stat(ctx, "a.x")
	errs := []error{got, stated, b.Put(ctx, "a.x"), b.Delete(ctx, "a.x")}
	for _, err := range b.List(ctx, "") {
		errs = append(errs, err)
	}
	for i, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d: %v, want context.Canceled", i, err)
		}
	}
	want(t, b, "a.x", "kept")
}
