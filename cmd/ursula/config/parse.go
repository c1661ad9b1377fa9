package config

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// Sizes are counted in binary units.
const (
	kib int64 = 1 << (10 * (iota + 1))
	mib
	gib
	tib
)

// A unit is the name of a factor of a size.
type unit struct {
	name   string
	factor int64
}

// units lists the units of a size from the largest down, the plain byte last.
func units() []unit {
	return []unit{{"TiB", tib}, {"GiB", gib}, {"MiB", mib}, {"KiB", kib}, {"B", 1}}
}

// parseSize reads a count of bytes: "268435456", "256MiB" or "1.5 GiB".
func parseSize(s string) (int64, error) {
	digits, factor := strings.TrimSpace(s), int64(1)
	for _, u := range units() {
		if rest, found := strings.CutSuffix(digits, u.name); found {
			digits, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n < 0 || n*float64(factor) >= math.MaxInt64 || math.IsNaN(n) {
		return 0, fmt.Errorf("%q is not a size such as 65536, 64KiB, 256MiB or 1GiB", s)
	}
	return int64(n * float64(factor)), nil
}

// formatSize writes n in the largest unit that divides it, so that parseSize gives n back.
func formatSize(n int64) string {
	for _, u := range units() {
		if n != 0 && u.factor > 1 && n%u.factor == 0 {
			return strconv.FormatInt(n/u.factor, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

func parseInt(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return n, nil
}

func parseBool(s string) (bool, error) {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
	return b, nil
}

func parseFraction(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is not a fraction such as 0.5", s)
	}
	return f, nil
}

func formatFraction(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0" // TOML keeps apart 1 and 1.0; a fraction reads better as one
	}
	return s
}

// parseDuration reads Go's notation, because a bare number would hide its unit.
func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 500ms, 30s or 2m", s)
	}
	return d, nil
}

// formatDuration writes 1m30s, and 1m where Go alone would write 1m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func parseLevel(s string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return 0, fmt.Errorf("%q is none of debug, info, warn, error", s)
	}
	return l, nil
}
