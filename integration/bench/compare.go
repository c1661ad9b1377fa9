package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Compare runs a workload on several targets in turn, round after round, so that a
// machine that gets slower or faster meanwhile does so for all of them alike. Every other
// round goes backwards: no target is always the one that runs after another.
func Compare(ctx context.Context, w Workload, targets []Target, rounds int, opts Options) ([]Result, error) {
	var results []Result
	for round := range rounds {
		for _, t := range inTurn(targets, round) {
			opts.progress("round %d of %d: %s on %s", round+1, rounds, w.Name(), t.Name)
			r, err := w.Run(ctx, t, opts)
			if err != nil {
				return results, err
			}
			results = append(results, r)
		}
	}
	return results, nil
}

func inTurn(targets []Target, round int) []Target {
	if round%2 == 0 {
		return targets
	}
	backwards := slices.Clone(targets)
	slices.Reverse(backwards)
	return backwards
}

// Medians makes one result of all the results for each target, in the order of their
// first appearance: of every figure the median, of errors the sum.
func Medians(results []Result) []Result {
	var merged []Result
	for _, r := range results {
		if slices.ContainsFunc(merged, func(m Result) bool { return m.Target == r.Target }) {
			continue
		}
		merged = append(merged, medianOf(runsOf(results, r.Target)))
	}
	return merged
}

// runsOf are the results of one target, a round after the other.
func runsOf(results []Result, target string) (runs []Result) {
	for _, r := range results {
		if r.Target == target {
			runs = append(runs, r)
		}
	}
	return runs
}

// Ratio is the median of what a target's figure is of the base's in the same round: what the
// machine does from one round to the next does not come into it. There is none if no round has
// both.
func Ratio(results []Result, target, base, figure string) (ratio float64, found bool) {
	var ratios []float64
	of, beside := runsOf(results, target), runsOf(results, base)
	for i := range min(len(of), len(beside)) {
		f, measured := of[i].Figure(figure)
		g, both := beside[i].Figure(figure)
		if measured && both && g.Value != 0 {
			ratios = append(ratios, f.Value/g.Value)
		}
	}
	if len(ratios) == 0 {
		return 0, false
	}
	return median(ratios), true
}

// medianOf merges the runs of one target.
func medianOf(runs []Result) Result {
	m := runs[0]
	m.Figures = nil
	m.Errors = make(map[string]int64)
	for _, f := range runs[0].Figures {
		var values []float64
		for _, r := range runs {
			if g, found := r.Figure(f.Name); found {
				values = append(values, g.Value)
			}
		}
		m.add(f.Name, median(values), f.Unit)
	}
	for _, r := range runs {
		for kind, n := range r.Errors {
			m.Errors[kind] += n
		}
	}
	return m
}

func median(values []float64) float64 {
	slices.Sort(values)
	mid := len(values) / 2
	if len(values)%2 == 1 {
		return values[mid]
	}
	return (values[mid-1] + values[mid]) / 2
}

// WriteComparison writes the medians of results side by side, each with its Ratio to the
// first target's.
func WriteComparison(w io.Writer, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	medians := Medians(results)
	first := medians[0]
	fmt.Fprintf(w, "\n%s: %s (medians; x is the median of the rounds' ratios to %s)\n",
		first.Workload, parameterList(first.Parameters), first.Target)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tab, "\t")
	for _, m := range medians {
		fmt.Fprintf(tab, "%s\t\t", m.Target)
	}
	fmt.Fprintln(tab)
	for _, f := range first.Figures {
		fmt.Fprintf(tab, "%s\t", f.Name)
		for _, m := range medians {
			fmt.Fprintf(tab, "%s\t", cell(results, m, f.Name, first.Target))
		}
		fmt.Fprintln(tab)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, m := range medians {
		fmt.Fprintf(w, "%s:", m.Target)
		m.writeErrors(w)
	}
	return nil
}

// cell is a figure of a target's medians, and its ratio to base's if there is one.
func cell(results []Result, of Result, figure, base string) string {
	f, found := of.Figure(figure)
	if !found {
		return "-\t"
	}
	ratio, found := Ratio(results, of.Target, base, figure)
	if !found {
		return f.String() + "\t"
	}
	return fmt.Sprintf("%s\tx%.2f", f, ratio)
}
