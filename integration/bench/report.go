package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is everything that one invocation measured, with what a reader must know to
// believe it.
type Report struct {
	Time    time.Time `json:"time"`
	Machine string    `json:"machine"`
	Fsync   string    `json:"fsync"` // as the operator stated it: yes, no or unknown
	Results []Result  `json:"results"`
}

// NewReport begins a report. fsync says whether the servers sync before they
// acknowledge; a client cannot find out.
func NewReport(fsync string) Report {
	machine := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	return Report{Time: time.Now().UTC(), Machine: machine, Fsync: fsync}
}

// WriteJSON writes the report for machines.
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteTable writes the report for people.
func (r Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, server fsync: %s (stated, not measured)\n", r.Machine, r.Fsync)
	for _, result := range r.Results {
		if err := result.writeTable(w); err != nil {
			return err
		}
	}
	return nil
}

func (r Result) writeTable(w io.Writer) error {
	fmt.Fprintf(w, "\n%s on %s (%s): %s\n", r.Workload, r.Target, r.URL, parameterList(r.Parameters))
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, f := range r.Figures {
		fmt.Fprintf(tab, "%s\t%s\t\n", f.Name, f)
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "  note: %s\n", n)
	}
	r.writeErrors(w)
	return nil
}

// writeErrors is loud, because a figure from a run with errors must not be quoted.
func (r Result) writeErrors(w io.Writer) {
	if len(r.Errors) == 0 {
		fmt.Fprintln(w, "  errors: none")
		return
	}
	fmt.Fprintf(w, "\n  !!! %d ERRORS: these figures are not valid !!!\n", r.ErrorCount())
	for _, kind := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(w, "  !!! %8d x %s\n", r.Errors[kind], kind)
	}
}

func parameterList(ps []Parameter) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = p.Name + "=" + p.Value
	}
	return strings.Join(words, " ")
}

// String writes a value with as many digits as it deserves, and its unit.
func (f Figure) String() string {
	value, unit := f.Value, f.Unit
	for _, larger := range []string{"KiB", "MiB", "GiB"} {
		if f.Unit == unitBytes && math.Abs(value) >= 10<<10 {
			value, unit = value/(1<<10), larger
		}
	}
	digits := 3
	switch size := math.Abs(value); {
	case size >= 1000 || value == math.Trunc(value):
		digits = 0
	case size >= 10:
		digits = 1
	}
	return strings.TrimRight(fmt.Sprintf("%.*f %s", digits, value, unit), " ")
}
