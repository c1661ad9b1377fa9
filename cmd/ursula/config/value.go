package config

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A value is a field of a Config that can be read and written as text. It is the
// pflag.Value of its flag, and prints itself as TOML.
type value interface {
	Set(text string) error
	String() string
	Type() string
	toml() string
}

// field is the value of a field of type T. It leaves the field alone when the text is wrong.
type field[T any] struct {
	target *T
	kind   string // shown in help and in the documentation
	bare   bool   // TOML writes it without quotes
	parse  func(string) (T, error)
	format func(T) string
}

func (f field[T]) Set(text string) error {
	v, err := f.parse(text)
	if err != nil {
		return err
	}
	*f.target = v
	return nil
}

func (f field[T]) String() string {
	if f.target == nil { // pflag asks a zero value for its text
		return ""
	}
	return f.format(*f.target)
}

func (f field[T]) Type() string { return f.kind }

func (f field[T]) toml() string {
	if f.bare {
		return f.String()
	}
	return strconv.Quote(f.String())
}

func textOf(p *string) value {
	same := func(s string) string { return s }
	parse := func(s string) (string, error) { return s, nil }
	return field[string]{target: p, kind: "text", parse: parse, format: same}
}

// peersOf is a list of id=host:port, written in the order of the ids.
func peersOf(p *Peers) value {
	return field[Peers]{target: p, kind: "list", parse: parsePeers, format: func(p Peers) string { return string(p) }}
}

func intOf(p *int) value {
	return field[int]{target: p, kind: "number", bare: true, parse: parseInt, format: strconv.Itoa}
}

func boolOf(p *bool) value {
	return field[bool]{target: p, kind: "bool", bare: true, parse: parseBool, format: strconv.FormatBool}
}

func fractionOf(p *float64) value {
	return field[float64]{target: p, kind: "fraction", bare: true, parse: parseFraction, format: formatFraction}
}

func durationOf(p *time.Duration) value {
	return field[time.Duration]{target: p, kind: "duration", parse: parseDuration, format: formatDuration}
}

func sizeOf(p *int64) value {
	return field[int64]{target: p, kind: "size", parse: parseSize, format: formatSize}
}

func levelOf(p *slog.Level) value {
	format := func(l slog.Level) string { return strings.ToLower(l.String()) }
	return field[slog.Level]{target: p, kind: "level", parse: parseLevel, format: format}
}

func oneOf[T ~string](p *T, allowed ...T) value {
	parse := func(s string) (T, error) {
		if !slices.Contains(allowed, T(s)) {
			return "", fmt.Errorf("%q is none of %s", s, list(allowed))
		}
		return T(s), nil
	}
	format := func(v T) string { return string(v) }
	return field[T]{target: p, kind: "choice", parse: parse, format: format}
}

func list[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
