package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "64KiB": 64 << 10, "1.5 GiB": 3 << 29, "256MiB": 256 << 20, "2TiB": 2 << 40, "10B": 10,
	} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1MB", "NaN", "1e30", "9000000TiB", "0x10 MiB?"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", text, got)
		}
	}
}

func TestFormattedSizeParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64Range(0, 1<<53).Draw(t, "size")
		if got, err := parseSize(formatSize(want)); err != nil || got != want {
			t.Fatalf("%d as %q parses to %d, %v", want, formatSize(want), got, err)
		}
	})
}

func TestFormattedDurationParsesBack(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 10 * time.Second: "10s", time.Minute: "1m", time.Hour: "1h", 90 * time.Second: "1m30s", 100 * time.Minute: "1h40m",
		20 * time.Minute: "20m", 10 * time.Hour: "10h",
	} {
		got := formatDuration(d)
		if back, err := parseDuration(got); got != want || err != nil || back != d {
			t.Errorf("formatDuration(%d) = %q, want %q; parses to %v, %v", d, got, want, back, err)
		}
	}
}
