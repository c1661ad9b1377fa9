package goals

import "ursula/integration/bench"

// Verdict is a goal with what was found.
type Verdict struct {
	Goal
	Limit    bench.Figure // what the bound comes to with the figure beside it
	Measured bench.Figure
	Missing  string // why there is no measured figure or no limit, "" if there are
	Errors   int64  // of the run; then its figures do not count
}

// Met tells whether the goal is reached.
func (v Verdict) Met() bool {
	switch {
	case v.Missing != "" || v.Errors > 0:
		return false
	case v.AtLeast:
		return v.Measured.Value >= v.Limit.Value
	}
	return v.Goal.free() || v.Measured.Value <= v.Limit.Value
}

// Judge compares goals with the medians of runs.
func Judge(goals []Goal, runs Runs) []Verdict {
	verdicts := make([]Verdict, len(goals))
	for i, g := range goals {
		verdicts[i] = judge(g, runs)
	}
	return verdicts
}

func judge(g Goal, runs Runs) Verdict {
	v := Verdict{Goal: g}
	measured, errors, err := runs.find(g.Of)
	if err != nil {
		v.Missing = err.Error()
		return v
	}
	v.Measured, v.Errors = measured, errors
	v.Limit = bench.Figure{Value: g.Bound, Unit: measured.Unit}
	if g.Factor == 0 {
		return v
	}
	beside, errors, err := runs.find(g.Beside)
	if err != nil {
		v.Missing = err.Error()
		return v
	}
	v.Errors += errors
	v.Limit.Value += g.Factor * beside.Value
	return v
}
