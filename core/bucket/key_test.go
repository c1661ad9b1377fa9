package bucket_test

import (
	"errors"
	"strings"
	"testing"

	"ursula/core/bucket"
)

func TestCheckKey(t *testing.T) {
	for key, good := range map[string]bool{
		"a.b":                       true,
		"g00001/0000000000000001.s": true,
		"x/y-z/M_1.json":            true,
		"":                          false,
		"a":                         false,
		".":                         false,
		"..":                        false,
		"a.":                        false,
		".b":                        false,
		"a.b.c":                     false,
		"/a.b":                      false,
		"x//a.b":                    false,
		"x/../a.b":                  false,
		"x.y/a.b":                   false,
		"x/a.b/":                    false,
		"a.b~1":                     false,
		"a\x00.b":                   false,
		"é.b":                       false,
		strings.Repeat("k", bucket.MaxKeyBytes) + ".b": false,
	} {
		err := bucket.CheckKey(key)
		if good != (err == nil) || (err != nil && !errors.Is(err, bucket.ErrKey)) {
			t.Errorf("CheckKey(%.40q) = %v, want good=%v", key, err, good)
		}
	}
}
