package stream

import "strings"

// MediaType returns the lower-cased type/subtype of a content type, without
// parameters.
func MediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// IsJSON reports whether streams of this content type hold JSON messages.
func IsJSON(contentType string) bool { return MediaType(contentType) == "application/json" }

// sameMedia compares content types by type and subtype: parameters such as a
// charset do not make a different stream.
func sameMedia(a, b string) bool {
	return a == b || MediaType(a) == MediaType(b)
}
