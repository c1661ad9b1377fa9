package bucket

import (
	"errors"
	"fmt"
	"strings"
)

// MaxKeyBytes bounds a key.
const MaxKeyBytes = 512

// ErrKey says that a string cannot be used as a key.
var ErrKey = errors.New("invalid object key")

// CheckKey returns an error that wraps ErrKey unless key is made of segments
// joined by slashes, each of letters, digits, "-" and "_", of which the last,
// and only the last, has an extension: "g00001/manifest.json".
//
// The extension keeps objects and directories apart, so that no key is needed
// as a file and as a directory at once when a file system is the store.
func CheckKey(key string) error {
	if len(key) > MaxKeyBytes {
		return fmt.Errorf("%w: longer than %d bytes", ErrKey, MaxKeyBytes)
	}
	dirs, last := "", key
	if i := strings.LastIndexByte(key, '/'); i >= 0 {
		dirs, last = key[:i], key[i+1:]
	}
	stem, extension, _ := strings.Cut(last, ".")
	if !plain(stem) || !plain(extension) {
		return fmt.Errorf("%w: %q has no name with an extension", ErrKey, key)
	}
	if len(last) == len(key) {
		return nil
	}
	return checkDirs(key, dirs)
}

func checkDirs(key, dirs string) error {
	for segment := range strings.SplitSeq(dirs, "/") {
		if !plain(segment) {
			return fmt.Errorf("%w: segment %q of %q", ErrKey, segment, key)
		}
	}
	return nil
}

// plain reports whether s is a non-empty run of the key alphabet.
func plain(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) {
			return false
		}
	}
	return s != ""
}

func letter(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '-' || c == '_'
}
