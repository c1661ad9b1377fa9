package wake

import (
	"fmt"
	"strings"

	"ursula/core/stream"
)

// Reserved says whether path lies under the control prefix.
func Reserved(path string) bool {
	return path == "__ds" || strings.HasPrefix(path, "__ds/")
}

// CheckPath judges a normalised stream path. Errors wrap ErrInvalid.
func CheckPath(path string) error {
	if Reserved(path) {
		return fmt.Errorf("%w: paths under __ds are reserved", ErrInvalid)
	}
	if _, err := stream.MakeName(stream.DefaultBucket, path); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// NormalisePath trims the slashes around a path that a client wrote.
func NormalisePath(path string) string { return strings.Trim(path, "/") }
