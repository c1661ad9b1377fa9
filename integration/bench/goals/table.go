package goals

import (
	"fmt"
	"io"
	"strings"
)

// WriteTable writes verdicts as a table of Markdown.
func WriteTable(w io.Writer, verdicts []Verdict) error {
	var b strings.Builder
	b.WriteString("| what | goal | measured | reached |\n|---|---|---|---|\n")
	for _, v := range verdicts {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.What, v.goal(), v.measured(), v.word())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v Verdict) goal() string {
	if v.Goal.free() || v.Missing != "" {
		return "–"
	}
	sign := "≤"
	if v.AtLeast {
		sign = "≥"
	}
	text := sign + " " + v.Limit.String()
	if v.Factor == 0 {
		return text
	}
	text += fmt.Sprintf(" (%g times %s of %s", v.Factor, v.Beside.Figure, v.Beside.Target)
	if v.Bound > 0 {
		text += fmt.Sprintf(" and %g %s", v.Bound, v.Limit.Unit)
	}
	return text + ")"
}

func (v Verdict) measured() string {
	if v.Missing != "" {
		return v.Missing
	}
	return v.Measured.String()
}

func (v Verdict) word() string {
	switch {
	case v.Missing != "":
		return "not measured"
	case v.Errors > 0:
		return fmt.Sprintf("not valid: %d errors", v.Errors)
	case v.Goal.free():
		return "–"
	case v.Met():
		return "yes"
	}
	return "**no**"
}
