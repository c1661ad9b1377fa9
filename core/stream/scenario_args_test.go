package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// args is one line of a scenario: a verb, words, and key=value pairs. Values
// with spaces or escapes are quoted as in Go. A word or a key that no handler
// asks for fails the test.
type args struct {
	t     *testing.T
	line  string
	verb  string
	words []string
	pairs map[string][]string
}

func parseArgs(t *testing.T, line string) *args {
	fields := splitLine(line)
	a := &args{t: t, line: line, verb: fields[0], pairs: map[string][]string{}}
	for _, f := range fields[1:] {
		key, value, ok := strings.Cut(f, "=")
		if !ok {
			a.words = append(a.words, f)
			continue
		}
		if strings.HasPrefix(value, `"`) {
			value = a.unquote(value)
		}
		a.pairs[key] = append(a.pairs[key], value)
	}
	return a
}

// splitLine splits at spaces that are not inside quotes.
func splitLine(line string) []string {
	quoted, escaped := false, false
	return strings.FieldsFunc(line, func(r rune) bool {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

func (a *args) unquote(s string) string {
	s, err := strconv.Unquote(s)
	a.check(err)
	return s
}

func (a *args) check(err error) {
	if err != nil {
		a.t.Fatalf("%s: %v", a.line, err)
	}
}

// word takes the next word.
func (a *args) word() string {
	if len(a.words) == 0 {
		a.t.Fatalf("%s: too few words", a.line)
	}
	w := a.words[0]
	a.words = a.words[1:]
	return w
}

// stream takes the next word as a stream of the default bucket.
func (a *args) stream() Name { return asName(a.word()) }

func asName(s string) Name { return Name(DefaultBucket + "/" + s) }

// flag takes a word if it is there.
func (a *args) flag(word string) bool {
	i := slices.Index(a.words, word)
	if i < 0 {
		return false
	}
	a.words = slices.Delete(a.words, i, i+1)
	return true
}

// text takes the value of a key.
func (a *args) text(key, missing string) string {
	values := a.pairs[key]
	delete(a.pairs, key)
	if len(values) == 0 {
		return missing
	}
	return values[0]
}

func (a *args) list(key string) []string {
	values := a.pairs[key]
	delete(a.pairs, key)
	return values
}

func (a *args) number(key string, missing uint64) uint64 {
	s := a.text(key, "")
	if s == "" {
		return missing
	}
	return a.parse(s)
}

func (a *args) parse(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	a.check(err)
	return n
}

// scan takes a word apart.
func (a *args) scan(s, format string, into ...any) {
	_, err := fmt.Sscanf(s, format, into...)
	a.check(err)
}

func (a *args) finish() {
	if len(a.words) > 0 || len(a.pairs) > 0 {
		a.t.Fatalf("%s: cannot use %v %v", a.line, a.words, a.pairs)
	}
}
