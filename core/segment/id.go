package segment

import (
	"fmt"
	"strconv"
	"strings"
)

// ID identifies a segment in a cluster.
type ID struct {
	Group  uint32
	Object uint64
}

const suffix = ".seg"

// Prefix returns what the keys of all segments of a group begin with.
func Prefix(group uint32) string { return fmt.Sprintf("g%05d/", group) }

// Key returns the segment's key in a bucket, "g00001/000000000000002a.seg".
func (id ID) Key() string {
	return fmt.Sprintf("%s%016x%s", Prefix(id.Group), id.Object, suffix)
}

// ParseKey returns the ID that a key stands for, or false when the key is not
// a segment's.
func ParseKey(key string) (ID, bool) {
	dir, name, _ := strings.Cut(key, "/")
	group, err := strconv.ParseUint(strings.TrimPrefix(dir, "g"), 10, 32)
	if err != nil {
		return ID{}, false
	}
	object, err := strconv.ParseUint(strings.TrimSuffix(name, suffix), 16, 64)
	if err != nil {
		return ID{}, false
	}
	id := ID{Group: uint32(group), Object: object}
	return id, id.Key() == key
}
