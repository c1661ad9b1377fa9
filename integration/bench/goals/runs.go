package goals

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ursula/integration/bench"
)

// Runs holds the medians of each run, one result for each target.
type Runs map[string][]bench.Result

// Load reads all reports in a directory.
func Load(dir string) (Runs, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	runs := make(Runs)
	for _, file := range files {
		report, err := read(file)
		if err != nil {
			return nil, fmt.Errorf("report %s: %w", file, err)
		}
		run, _, _ := strings.Cut(filepath.Base(file), ".")
		runs[run] = append(runs[run], report.Results...)
	}
	for run, results := range runs {
		runs[run] = bench.Medians(results)
	}
	return runs, nil
}

func read(file string) (report bench.Report, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return report, err
	}
	err = json.Unmarshal(text, &report)
	return report, err
}

// find returns a figure, and how many errors its run had.
func (r Runs) find(m Measure) (bench.Figure, int64, error) {
	for _, result := range r[m.Run] {
		if result.Target != m.Target {
			continue
		}
		if f, found := result.Figure(m.Figure); found {
			return f, result.ErrorCount(), nil
		}
	}
	return bench.Figure{}, 0, fmt.Errorf("no %q of %s in %s", m.Figure, m.Target, m.Run)
}
