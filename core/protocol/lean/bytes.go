package lean

import (
	"net/http"
	"strings"
)

func consistsOf(text string, class func(byte) bool) bool {
	for i := range len(text) {
		if !class(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isUnreserved is the set of RFC 3986 2.3: the same with and without encoding.
func isUnreserved(c byte) bool {
	return isAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

// isTokenByte is the set of RFC 9110 5.6.2.
func isTokenByte(c byte) bool {
	return isAlphanumeric(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isValueByte leaves out obs-text and all controls but the tab.
func isValueByte(c byte) bool { return ' ' <= c && c < 0x7f || c == '\t' }

// isHostByte is what names, addresses and ports consist of.
func isHostByte(c byte) bool {
	return isUnreserved(c) && c != '~' || c == ':' || c == '[' || c == ']'
}

// canonical is http.CanonicalHeaderKey, which copies even what it need not
// change.
func canonical(name string) string {
	upper := true
	for i := range len(name) {
		c := name[i]
		if upper && 'a' <= c && c <= 'z' || !upper && 'A' <= c && c <= 'Z' {
			return http.CanonicalHeaderKey(name)
		}
		upper = c == '-'
	}
	return name
}
