package otel

import (
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// documented is a row of docs/metrics.md.
type documented struct{ kind, labels, help string }

// document reads the tables: | `name` | kind | labels | help |.
func document(t *testing.T) map[string]documented {
	t.Helper()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([a-z]+) \\| (.*?) ?\\| (.+) \\|$")
	rows := map[string]documented{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		if _, twice := rows[m[1]]; twice {
			t.Errorf("docs/metrics.md lists %s twice", m[1])
		}
		rows[m[1]] = documented{m[2], strings.ReplaceAll(m[3], "`", ""), m[4]}
	}
	return rows
}

// TestDocumentListsWhatIsExported compares docs/metrics.md with a scrape in both
// directions. What the Go runtime and the system tell is described in words of
// the document; which of it exists depends on the system, and Linux is written down.
func TestDocumentListsWhatIsExported(t *testing.T) {
	rows, families := document(t), busy(t).scrape()
	for name, family := range families {
		if !ours(name) && runtime.GOOS != "linux" {
			continue
		}
		row, found := rows[name]
		exported := documented{kind(family), labels(family), family.GetHelp()}
		if !ours(name) {
			exported.help = row.help
		}
		if !found || row != exported {
			t.Errorf("docs/metrics.md says of %s %+v; exported is %+v", name, row, exported)
		}
	}
	for name := range rows {
		if families[name] == nil && (ours(name) || runtime.GOOS == "linux") {
			t.Errorf("docs/metrics.md lists %s, which is not exported", name)
		}
	}
}

func ours(name string) bool { return strings.HasPrefix(name, "ursula_") }

func kind(f *dto.MetricFamily) string { return strings.ToLower(f.GetType().String()) }

// labels lists a family's labels in the order of their names.
func labels(f *dto.MetricFamily) string {
	var names []string
	for _, m := range f.Metric {
		for _, l := range m.Label {
			if !slices.Contains(names, l.GetName()) {
				names = append(names, l.GetName())
			}
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
