package vitest

import (
	"strings"
	"testing"
)

const sample = `{"numTotalTests":3,"numPassedTests":1,"testResults":[{"name":"/a/b.test.js","status":"failed",
"message":"","assertionResults":[
{"fullName":"one","status":"passed"},
{"fullName":"two","status":"failed","failureMessages":["expected 1"]},
{"fullName":"three","status":"skipped"}]}]}`

func TestReportNamesWhatDidNotPass(t *testing.T) {
	report, err := Parse(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(report.Failing, "\n")
	if want := "failed: two: expected 1\nskipped: three"; got != want {
		t.Fatalf("failing:\n%s\nwant:\n%s", got, want)
	}
}

func TestVerdictWantsEveryTest(t *testing.T) {
	good := Report{Total: 338, Passed: 338}
	if err := good.Verdict(338); err != nil {
		t.Fatalf("a whole run: %v", err)
	}
	for _, bad := range []Report{
		{},                        // a suite that finds no tests
		{Total: 337, Passed: 337}, // one test was not found
		{Total: 338, Passed: 337}, // one was skipped
		{Total: 339, Passed: 339}, // the suite is not the one that was pinned
	} {
		if bad.Verdict(338) == nil {
			t.Errorf("%+v counts as a whole run", bad)
		}
	}
}
