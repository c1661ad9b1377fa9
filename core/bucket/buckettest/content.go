package buckettest

import (
	"testing"

	"ursula/core/bucket"
)

func put(t *testing.T, b bucket.Bucket, key string, parts ...string) {
	t.Helper()
	body := make([][]byte, len(parts))
	for i, p := range parts {
		body[i] = []byte(p)
	}
	if err := b.Put(t.Context(), key, body...); err != nil {
		t.Errorf("Put(%s): %v", key, err)
	}
}

func want(t *testing.T, b bucket.Bucket, key, content string) {
	t.Helper()
	dst := make([]byte, len(content))
	if _, err := b.Get(t.Context(), key, dst, 0); err != nil && len(dst) > 0 {
		t.Errorf("Get(%s): %v", key, err)
	}
	if string(dst) != content {
		t.Errorf("Get(%s) = %.40q, want %.40q", key, dst, content)
	}
	if object, err := b.Stat(t.Context(), key); err != nil || object.Size != int64(len(content)) {
		t.Errorf("Stat(%s) = %+v, %v", key, object, err)
	}
}

func list(t *testing.T, b bucket.Bucket, prefix string) []string {
	t.Helper()
	var keys []string
	for object, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("List(%q): %v", prefix, err)
		}
		keys = append(keys, object.Key)
	}
	return keys
}
