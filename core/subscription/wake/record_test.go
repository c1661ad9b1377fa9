package wake_test

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ursula/core/subscription/wake"
)

func golden(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The golden files pin the record formats of docs/formats/subscription.md,
// version 1: every field set, so that a renamed or lost one shows.
func TestGoldenSubscription(t *testing.T) {
	s := wake.Subscription{
		ID: "sub-1", Base: "https://server.example/v1/stream/__ds", Hash: "0a1b", Created: 1778324210000, Links: 2,
		Config: wake.Config{
			Type: wake.Webhook, Pattern: "events/*", WebhookURL: "https://worker.example/hook",
			WakeStream: "wake/pool", LeaseTTL: 30_000, Description: "event processor",
		},
		Generation: 7, Phase: wake.Waking, WakeID: "w_ABC", Trigger: "events/a", Holder: "worker-1",
		Deadline: 1778324240000, Attempts: 3, NextAttempt: 1778324214000,
	}
	record, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(record)+"\n", golden(t, "subscription.v1.json"); got != want {
		t.Errorf("record\n%swant\n%s", got, want)
	}
	back, err := wake.DecodeSubscription(record)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Encode(); err != nil || string(again) != string(record) {
		t.Errorf("decoded and encoded: %s, %v", again, err)
	}
}

func TestGoldenLink(t *testing.T) {
	link := wake.Link{Path: "events/a", Explicit: true, Stream: 12, Acked: 9_999_999_999_999_999}
	record := link.Encode()
	if got, want := hex.EncodeToString(record)+"\n", golden(t, "link.v1.hex"); got != want {
		t.Errorf("record\n%swant\n%s", got, want)
	}
	if back, err := wake.DecodeLink("events/a", record); err != nil || back != link {
		t.Errorf("decoded %+v, %v", back, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, record := range []string{"", "{", "[]", "{}", `{"v":2}`, `{"v":1,"links":"x","acked":-1}`} {
		if _, err := wake.DecodeSubscription([]byte(record)); !errors.Is(err, wake.ErrRecord) {
			t.Errorf("subscription %q: %v", record, err)
		}
	}
	valid := wake.Link{Stream: 1}.Encode()
	for name, record := range map[string][]byte{
		"empty": {}, "short": valid[:17], "long": append(slices.Clone(valid), 0),
		"version": append([]byte{2}, valid[1:]...), "flags": append([]byte{1, 2}, valid[2:]...),
	} {
		if _, err := wake.DecodeLink("a", record); !errors.Is(err, wake.ErrRecord) {
			t.Errorf("link, %s: %v", name, err)
		}
	}
}

func FuzzDecodeLink(f *testing.F) {
	f.Add(wake.Link{Explicit: true, Stream: 12, Acked: 42}.Encode())
	f.Fuzz(func(t *testing.T, record []byte) {
		link, err := wake.DecodeLink("a", record)
		if err == nil && string(link.Encode()) != string(record) {
			t.Errorf("%x decodes to %+v, which encodes otherwise", record, link)
		}
	})
}

func FuzzDecodeSubscription(f *testing.F) {
	f.Add([]byte(`{"v":1,"id":"s","config":{"type":"webhook"},"phase":"idle"}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		s, err := wake.DecodeSubscription(record)
		if err != nil {
			return
		}
		if _, err := s.Encode(); err != nil {
			t.Errorf("%q decodes to what cannot be encoded: %v", record, err)
		}
	})
}
