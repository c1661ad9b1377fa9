package linear_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/integration/linear"
)

// patience is far beyond what the search of a small history takes.
const patience = 20 * time.Second

// size is the bytes of an append in scenarios, so that offsets are easy to read.
const size = 100

// TestScenarios judges hand-made histories. A file holds one operation a line,
//
//	FROM-TO cCLIENT KIND OUTCOME [key=value ...]
//
// on stream s if nothing else is said, may hold "skew N", how far clocks differ, and after "----" the breaches that the
// history shows, one a line, or "good". The offsets count appends of 100 bytes.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, want, ok := strings.Cut(string(data), "----\n")
			if !ok {
				t.Fatal("no line ---- before what is expected")
			}
			if got := outcome(t, parse(t, text)); got != want {
				t.Errorf("judged as\n%swant\n%s", got, want)
			}
		})
	}
}

// outcome is the breaches of a history, each once.
func outcome(t *testing.T, h *linear.History) string {
	t.Helper()
	verdict := linear.Judge(h, patience)
	if len(verdict.Undecided) > 0 {
		t.Errorf("undecided: %v", verdict.Undecided)
	}
	var lines []string
	for _, fault := range verdict.Faults {
		t.Log(fault)
		lines = append(lines, string(fault.Breach))
	}
	if len(lines) == 0 {
		return "good\n"
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n") + "\n"
}
