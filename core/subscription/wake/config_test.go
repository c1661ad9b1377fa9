package wake_test

import (
	"errors"
	"strings"
	"testing"

	"ursula/core/subscription/wake"
)

func TestNormaliseRefuses(t *testing.T) {
	pull := func(change func(*wake.Config)) wake.Config {
		c := wake.Config{Type: wake.PullWake, Pattern: "a/*", WakeStream: "wake", LeaseTTL: 1000}
		change(&c)
		return c
	}
	for name, c := range map[string]wake.Config{
		"no type":             pull(func(c *wake.Config) { c.Type = "" }),
		"unknown type":        pull(func(c *wake.Config) { c.Type = "push" }),
		"no wake stream":      pull(func(c *wake.Config) { c.WakeStream = "/" }),
		"reserved wake":       pull(func(c *wake.Config) { c.WakeStream = "__ds/x" }),
		"no webhook":          pull(func(c *wake.Config) { c.Type = wake.Webhook }),
		"nothing selected":    pull(func(c *wake.Config) { c.Pattern = "" }),
		"partial wildcard":    pull(func(c *wake.Config) { c.Pattern = "a*" }),
		"empty segment":       pull(func(c *wake.Config) { c.Pattern = "a//b" }),
		"long pattern":        pull(func(c *wake.Config) { c.Pattern = strings.Repeat("a/", 600) }),
		"empty stream":        pull(func(c *wake.Config) { c.Streams = []string{""} }),
		"reserved stream":     pull(func(c *wake.Config) { c.Streams = []string{"__ds/a"} }),
		"dots":                pull(func(c *wake.Config) { c.Streams = []string{"a/../b"} }),
		"its own wake stream": pull(func(c *wake.Config) { c.Streams = []string{"wake"} }),
		"short lease":         pull(func(c *wake.Config) { c.LeaseTTL = 999 }),
		"long lease":          pull(func(c *wake.Config) { c.LeaseTTL = 600_001 }),
		"long description":    pull(func(c *wake.Config) { c.Description = strings.Repeat("x", 4097) }),
	} {
		if _, err := c.Normalise(); !errors.Is(err, wake.ErrInvalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The hash is compared with stored ones: it must not change between versions.
func TestHashIsStable(t *testing.T) {
	c, err := wake.Config{
		Type: wake.Webhook, Pattern: "/events/**/", Streams: []string{"b", "/a", "b"},
		WebhookURL: "https://worker.example/hook", WakeStream: "ignored", Description: "d",
	}.Normalise()
	if err != nil {
		t.Fatal(err)
	}
	const want = "cdbb2cc20f30b4c968111a9004f7d7a409c7f193c3bb556f399acd629ccc3fd4"
	if got := c.Hash(); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestSelectsNeverTheWakeStreamOrControlPaths(t *testing.T) {
	c := wake.Config{Pattern: "**", WakeStream: "wake/pool"}
	for path, want := range map[string]bool{
		"a": true, "wake/other": true, "wake/pool": false, "__ds": false, "__ds/x": false, "__dsx": true,
	} {
		if got := c.Selects(path); got != want {
			t.Errorf("Selects(%q) = %v", path, got)
		}
	}
}
