package wake_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ursula/core/subscription/wake"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a/b", false},
		{"a/b", "a", false},
		{"*", "a", true},
		{"*", "a/b", false},
		{"events/*", "events/a", true},
		{"events/*", "events", false},
		{"events/*", "events/a/b", false},
		{"*/x/*", "a/x/b", true},
		{"**", "a", true},
		{"**", "a/b/c", true},
		{"a/**", "a", true},
		{"a/**", "a/b/c", true},
		{"a/**", "b", false},
		{"**/z", "z", true},
		{"**/z", "a/z/z", true},
		{"**/z", "a/z/y", false},
		{"a/**/b/**/c", "a/b/c", true},
		{"a/**/b/**/c", "a/x/b/y/z/c", true},
		{"a/**/b/**/c", "a/x/y/z/c", false},
		{"**/**", "a", true},
		{"**/*", "a", true},
		{"**/*/*", "a", false},
	} {
		if got := wake.Match(c.pattern, c.path); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

// matchSlow is the definition, spelled out.
func matchSlow(pattern, path []string) bool {
	switch {
	case len(pattern) == 0:
		return len(path) == 0
	case pattern[0] == "**":
		return matchSlow(pattern[1:], path) || len(path) > 0 && matchSlow(pattern, path[1:])
	case len(path) == 0:
		return false
	}
	return (pattern[0] == "*" || pattern[0] == path[0]) && matchSlow(pattern[1:], path[1:])
}

func TestMatchAgreesWithItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*", "**"}), 1, 7).Draw(t, "pattern")
		path := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 7).Draw(t, "path")
		got := wake.Match(strings.Join(pattern, "/"), strings.Join(path, "/"))
		if want := matchSlow(pattern, path); got != want {
			t.Fatalf("Match is %v, want %v", got, want)
		}
	})
}
