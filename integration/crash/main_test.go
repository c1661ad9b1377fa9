// Package crash proves that a real server keeps what it acknowledged: under load
// and killed again and again, with a full disk, and with readers that must never
// be given bytes that a crash then takes back.
//
// It owns the schedule of faults. What is sent is package load's matter, what
// was promised package record's, reading back package audit's. Seeds are
// printed; URSULA_TEST_SEED repeats one.
package crash

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"ursula/integration/harness"
)

// seedVar names the environment variable that fixes the seed.
const seedVar = "URSULA_TEST_SEED"

func TestMain(m *testing.M) { harness.Main(m) }

// smallFlags make a little data go through everything that much data would:
// segments fill up and are removed, bytes leave memory for the cold directory.
func smallFlags() []string {
	return []string{
		"--groups", "4", "--hot-bytes", "4MiB", "--segment-bytes", "1MiB", "--long-poll-timeout", "500ms",
	}
}

func seed(t *testing.T) uint64 {
	t.Helper()
	value := rand.Uint64()
	if text := os.Getenv(seedVar); text != "" {
		given, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedVar, err)
		}
		value = given
	}
	t.Logf("%s=%d", seedVar, value)
	return value
}
