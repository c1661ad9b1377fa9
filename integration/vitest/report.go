package vitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Report is the result of a run.
type Report struct {
	Total   int      // tests that were found
	Passed  int      // tests that ran and passed
	Failing []string // one line for each other test or broken file
}

// Verdict is nil when exactly want tests were found and all of them passed.
func (r Report) Verdict(want int) error {
	var errs []error
	for _, line := range r.Failing {
		errs = append(errs, errors.New(line))
	}
	if r.Total != want || r.Passed != want {
		errs = append(errs, fmt.Errorf("%d of %d tests passed, want %d of %d", r.Passed, r.Total, want, want))
	}
	return errors.Join(errs...)
}

// document is the part of the JSON reporter's output that counts.
type document struct {
	NumTotalTests  int
	NumPassedTests int
	TestResults    []struct {
		Name             string
		Status           string
		Message          string
		AssertionResults []struct {
			FullName        string
			Status          string
			FailureMessages []string
		}
	}
}

// Parse reads the output of vitest's JSON reporter.
func Parse(r io.Reader) (Report, error) {
	var doc document
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return Report{}, fmt.Errorf("read the report: %w", err)
	}
	report := Report{Total: doc.NumTotalTests, Passed: doc.NumPassedTests}
	for _, file := range doc.TestResults {
		if file.Message != "" {
			report.Failing = append(report.Failing, fmt.Sprintf("%s: %s", filepath.Base(file.Name), file.Message))
		}
		for _, test := range file.AssertionResults {
			if test.Status != "passed" {
				report.Failing = append(report.Failing, line(test.FullName, test.Status, test.FailureMessages))
			}
		}
	}
	return report, nil
}

func line(name, status string, messages []string) string {
	text := fmt.Sprintf("%s: %s", status, name)
	if len(messages) > 0 {
		text += fmt.Sprintf(": %.400s", messages[0])
	}
	return text
}
