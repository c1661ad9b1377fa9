package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Compare runs a workload on several targets in turn, round after round, so that a
// machine that gets slower or faster meanwhile does so for all of them alike.
func Compare(ctx context.Context, w Workload, targets []Target, rounds int, opts Options) ([]Result, error) {
	var results []Result
	for round := range rounds {
		for _, t := range targets {
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

// Medians makes one result of all the results for each target, in the order of their
// first appearance: of every figure the median, of errors the sum.
func Medians(results []Result) []Result {
	var merged []Result
	for _, r := range results {
		if slices.ContainsFunc(merged, func(m Result) bool { return m.Target == r.Target }) {
			continue
		}
		runs := slices.Collect(func(yield func(Result) bool) {
			for _, other := range results {
				if other.Target == r.Target && !yield(other) {
					return
				}
			}
		})
		merged = append(merged, medianOf(runs))
	}
	return merged
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

// WriteComparison writes the medians side by side, each with its ratio to the first target's.
func WriteComparison(w io.Writer, medians []Result) error {
	if len(medians) == 0 {
		return nil
	}
	first := medians[0]
	fmt.Fprintf(w, "\n%s: %s (medians; x is the ratio to %s)\n", first.Workload, parameterList(first.Parameters), first.Target)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tab, "\t")
	for _, m := range medians {
		fmt.Fprintf(tab, "%s\t\t", m.Target)
	}
	fmt.Fprintln(tab)
	for _, f := range first.Figures {
		fmt.Fprintf(tab, "%s\t", f.Name)
		for _, m := range medians {
			fmt.Fprintf(tab, "%s\t", cell(m, f))
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

// cell is the figure of a target and its ratio to base.
func cell(m Result, base Figure) string {
	f, found := m.Figure(base.Name)
	switch {
	case !found:
		return "-\t"
	case base.Value == 0:
		return f.String() + "\t"
	}
	return fmt.Sprintf("%s\tx%.2f", f, f.Value/base.Value)
}
