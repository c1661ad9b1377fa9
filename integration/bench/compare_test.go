package bench

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestMediansAreTakenTargetByTarget(t *testing.T) {
	got := Medians([]Result{
		result("a", 10, nil), result("b", 1, map[string]int64{"x": 1}),
		result("a", 50, nil), result("b", 2, map[string]int64{"x": 2, "y": 5}),
		result("a", 20, nil),
	})
	if len(got) != 2 || got[0].Target != "a" || got[0].Figures[0].Value != 20 || got[1].Figures[0].Value != 1.5 {
		t.Fatalf("%+v", got)
	}
	if got[1].Errors["x"] != 3 || got[1].Errors["y"] != 5 {
		t.Fatalf("errors %v", got[1].Errors)
	}
}

func TestComparisonShowsRatios(t *testing.T) {
	var out bytes.Buffer
	if err := WriteComparison(&out, []Result{result("a", 200, nil), result("b", 50, nil)}); err != nil {
		t.Fatal(err)
	}
	line := strings.Join(strings.Fields(out.String()), " ")
	if !strings.Contains(line, "throughput 200 op/s x1.00 50 op/s x0.25 server RSS 3072 KiB") {
		t.Fatalf("printed\n%s", out.String())
	}
}

// TestRatiosAreTakenRoundByRound has a machine that gets ten times slower after the first of
// three rounds, where b is always half of a but once.
func TestRatiosAreTakenRoundByRound(t *testing.T) {
	results := []Result{
		result("a", 1000, nil), result("b", 500, nil),
		result("b", 50, nil), result("a", 100, nil),
		result("a", 90, nil), result("b", 90, nil),
	}
	if r, found := Ratio(results, "b", "a", "throughput"); r != 0.5 || !found {
		t.Errorf("ratio %v, %v, want 0.5", r, found)
	}
	for _, missing := range [][2]string{{"none", "throughput"}, {"a", "none"}} {
		if r, found := Ratio(results, "b", missing[0], missing[1]); found {
			t.Errorf("a ratio %v to %v", r, missing)
		}
	}
}

// counting is a workload that remembers what it ran on.
type counting struct {
	Append
	ran *[]string
}

func (c counting) Run(_ context.Context, t Target, _ Options) (Result, error) {
	*c.ran = append(*c.ran, t.Name)
	return result(t.Name, 1, nil), nil
}

func TestTargetsTakeTurns(t *testing.T) {
	var ran []string
	targets := []Target{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	results, err := Compare(t.Context(), counting{ran: &ran}, targets, 3, Options{})
	if got := strings.Join(ran, ""); err != nil || got != "abccbaabc" || len(results) != 9 {
		t.Fatalf("ran %s, %d results, %v", got, len(results), err)
	}
}
