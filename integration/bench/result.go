package bench

import (
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what one run of a workload found.
type Result struct {
	Workload   string           `json:"workload"`
	Target     string           `json:"target"`
	URL        string           `json:"url"`
	Parameters []Parameter      `json:"parameters"`
	Figures    []Figure         `json:"figures"`
	Errors     map[string]int64 `json:"errors"` // by kind; empty when all went well
	Notes      []string         `json:"notes,omitempty"`
}

// Parameter is one setting of a workload.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Figure is one measured value.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Units of figures.
const (
	unitRate    = "op/s"
	unitMillis  = "ms"
	unitSeconds = "s"
	unitMicroOp = "us/op"
	unitBytes   = "B"
	unitCount   = ""
	unitMiBRate = "MiB/s"
)

// ErrorCount returns the number of errors of all kinds.
func (r Result) ErrorCount() int64 {
	var n int64
	for _, count := range r.Errors {
		n += count
	}
	return n
}

// Figure returns the figure called name, if the run has it.
func (r Result) Figure(name string) (Figure, bool) {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		return Figure{}, false
	}
	return r.Figures[i], true
}

func (r *Result) add(name string, value float64, unit string) {
	r.Figures = append(r.Figures, Figure{Name: name, Value: value, Unit: unit})
}

func (r *Result) note(sentence string) { r.Notes = append(r.Notes, sentence) }

// addLatencies adds the quantiles of a histogram of microseconds.
func (r *Result) addLatencies(prefix string, h *hdrhistogram.Histogram) {
	const perMilli = 1000
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}} {
		r.add(prefix+q.name, float64(h.ValueAtQuantile(q.at))/perMilli, unitMillis)
	}
	r.add(prefix+"max", float64(h.Max())/perMilli, unitMillis)
}

// newResult begins the result of a workload on a target.
func newResult(w Workload, t Target) Result {
	return Result{Workload: w.Name(), Target: t.Name, URL: t.URL, Parameters: w.Parameters(), Errors: map[string]int64{}}
}
