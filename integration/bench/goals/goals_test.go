package goals_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/bench"
	"ursula/integration/bench/goals"
)

// report writes a report in which a target has a figure of value.
func report(t *testing.T, dir, name, target string, value float64, errors map[string]int64) {
	t.Helper()
	r := bench.NewReport("yes")
	r.Results = []bench.Result{{Target: target, Figures: []bench.Figure{{Name: "p50", Value: value, Unit: "ms"}}, Errors: errors}}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := r.WriteJSON(f); err != nil {
		t.Fatal(err)
	}
}

func TestGoalsAreJudgedByMedians(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]float64{"load.1.json": 1, "load.2.json": 50, "load.3.json": 2, "disk.json": 0.5} {
		report(t, dir, name, "it", value, nil)
	}
	report(t, dir, "broken.json", "it", 1, map[string]int64{"status 503": 3})
	runs, err := goals.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	load, disk := goals.Measure{Run: "load", Target: "it", Figure: "p50"}, goals.Measure{Run: "disk", Target: "it", Figure: "p50"}
	for _, c := range []struct {
		goal goals.Goal
		met  bool
		line string
	}{
		{goals.Goal{Of: load, Bound: 2}, true, "≤ 2 ms | 2 ms | yes"},
		{goals.Goal{Of: load, Bound: 1.5}, false, "≤ 1.500 ms | 2 ms | **no**"},
		{goals.Goal{Of: load, AtLeast: true, Bound: 2.5}, false, "≥ 2.500 ms | 2 ms | **no**"},
		{goals.Goal{Of: load, AtLeast: true, Bound: 1}, true, "≥ 1 ms | 2 ms | yes"},
		{goals.Goal{Of: load, Factor: 4, Beside: disk}, true, "≤ 2 ms (4 times p50 of it) | 2 ms | yes"},
		{goals.Goal{Of: load, Factor: 3, Bound: 0.4, Beside: disk}, false, "≤ 1.900 ms (3 times p50 of it and 0.4 ms) | 2 ms | **no**"},
		{goals.Goal{Of: load}, true, "– | 2 ms | –"},
		{goals.Goal{Of: goals.Measure{Run: "none", Target: "it", Figure: "p50"}, Bound: 9}, false, "– | no \"p50\" of it in none | not measured"},
		{goals.Goal{Of: load, Factor: 1, Beside: goals.Measure{Run: "load", Target: "other", Figure: "p50"}}, false, "not measured"},
		{goals.Goal{Of: goals.Measure{Run: "broken", Target: "it", Figure: "p50"}, Bound: 9}, false, "not valid: 3 errors"},
	} {
		verdicts := goals.Judge([]goals.Goal{c.goal}, runs)
		var out bytes.Buffer
		if err := goals.WriteTable(&out, verdicts); err != nil {
			t.Fatal(err)
		}
		if verdicts[0].Met() != c.met || !strings.Contains(out.String(), c.line) {
			t.Errorf("met: %v, want %v, and %q in\n%s", verdicts[0].Met(), c.met, c.line, out.String())
		}
	}
}

func TestAReportThatIsNoneIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "torn.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := goals.Load(dir); err == nil || !strings.Contains(err.Error(), "torn.json") {
		t.Fatal(err)
	}
}

// TestGoalsCanBeTold fails when two goals of a cluster cannot be told apart.
func TestGoalsCanBeTold(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range goals.Cluster() {
		if g.What == "" || seen[g.What] || g.Factor > 0 && g.Beside == (goals.Measure{}) {
			t.Errorf("%+v", g)
		}
		seen[g.What] = true
	}
}
