package lifecycle

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/harness"
	"ursula/integration/wire"
)

// segmentMagic opens every journal segment; see docs/formats/journal.md.
const segmentMagic = "URSULAJ\n"

const (
	damageAt  = 20_000 // bytes into a segment, before its last record
	keptBytes = 1_000  // of each append
	keptCount = 100
)

// TestDamagedJournalStopsTheStart flips one bit before the tail of a segment.
// Records behind it were acknowledged, so the server must not cut them off.
func TestDamagedJournalStopsTheStart(t *testing.T) {
	server := harness.Start(t, harness.Config{Engine: "raft-wal", Args: []string{"--groups", "1"}})
	client := wire.New(server.URL())
	appendSome(t, client, "damaged")
	server.Kill()

	segment := findSegment(t, server.Dir())
	flip(t, segment, damageAt)
	requireRefusal(t, server, filepath.Base(segment), "offset")

	flip(t, segment, damageAt)
	server.Restart()
	client.Forget()
	reply, err := client.ReadAll(t.Context(), "damaged")
	if err != nil || len(reply.Body) != keptBytes*keptCount {
		t.Fatalf("with the bit flipped back: %d bytes, %v", len(reply.Body), err)
	}
}

// TestSecondProcessIsRefused starts a server on a directory in use. The first
// one must go on undisturbed.
func TestSecondProcessIsRefused(t *testing.T) {
	first := harness.Start(t, harness.Config{Engine: "raft-wal"})
	client := wire.New(first.URL())
	appendSome(t, client, "shared")
	second := harness.Launch(t, harness.Config{Engine: "raft-wal", Dir: first.Dir()})
	awaitRefusal(t, second, first.Dir())
	appendSome(t, client, "still-shared")
}

// TestGroupCountIsFixed restarts with another number of groups, which would look
// for every stream in the wrong one.
func TestGroupCountIsFixed(t *testing.T) {
	server := harness.Start(t, harness.Config{Engine: "raft-wal", Args: []string{"--groups", "4"}})
	server.Kill()
	requireRefusal(t, server.WithArgs("--groups", "8"), "4", "8", "groups")
	server.WithArgs("--groups", "4").Restart()
}

// TestUnknownConfigurationIsRefused misspells a key in a file and in a flag. Not
// in the environment: an orchestrator puts variables of its own there, and those
// of a service called ursula begin like ours.
func TestUnknownConfigurationIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ursula.toml")
	if err := os.WriteFile(file, []byte("hot-byte = \"4MiB\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]harness.Config{
		"file": {Args: []string{"--config", file}},
		"flag": {Args: []string{"--hot-byte", "4MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			awaitRefusal(t, harness.Launch(t, config), "hot")
		})
	}
}

// requireRefusal launches a server that must not start.
func requireRefusal(t *testing.T, server *harness.Server, words ...string) {
	t.Helper()
	server.Relaunch()
	awaitRefusal(t, server, words...)
}

// awaitRefusal wants the process to exit by itself, with a code that is not zero
// and a message that holds the words.
func awaitRefusal(t *testing.T, server *harness.Server, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if code := server.Wait(ctx); code <= 0 {
		t.Errorf("exit code %d, want one above 0", code)
	}
	output := strings.ToLower(server.LastOutput())
	for _, word := range words {
		if !strings.Contains(output, strings.ToLower(word)) {
			t.Errorf("the refusal does not name %q:\n%s", word, output)
		}
	}
}

func appendSome(t *testing.T, client *wire.Client, stream string) {
	t.Helper()
	if reply, err := client.Create(t.Context(), stream, nil); err != nil || !reply.OK() {
		t.Fatalf("create: %v, %v", reply, err)
	}
	for range keptCount {
		reply, err := client.Append(t.Context(), stream, bytes.Repeat([]byte{'x'}, keptBytes))
		if err != nil || !reply.OK() {
			t.Fatalf("append: %v, %v", reply, err)
		}
	}
}

// findSegment returns the one journal segment that holds what was appended.
func findSegment(t *testing.T, dir string) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		written := len(bytes.TrimRight(data, "\x00"))
		if bytes.HasPrefix(data, []byte(segmentMagic)) && written > keptBytes*keptCount {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no journal segment under %s (%v)", dir, err)
	}
	return found
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
