package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ursula/integration/linear"
)

// works are what every history has, because clients do not end before (see clients.Crowd).
func works() []string {
	return []string{
		"create", "append", "append of a producer", "close", "delete", "head", "read", "fork",
		"delete of a forked source",
	}
}

// expiry is work that a single history may lack.
const expiry = "end of a lifetime"

// successes counts what was done for certain, by what it proves something about.
func successes(ops []linear.Op) map[string]int {
	done := map[string]int{}
	for i := range ops {
		o := &ops[i]
		for _, work := range worksOf(o) {
			done[work]++
		}
	}
	return done
}

func worksOf(o *linear.Op) (works []string) {
	switch {
	case o.Outcome == linear.Absent && strings.HasPrefix(o.Stream, "mayfly/"):
		return []string{expiry}
	case o.Outcome == linear.Absent && o.Kind == linear.Delete && strings.HasPrefix(o.Stream, "left/"):
		return []string{"delete of a forked source"} // the first answer was lost
	case o.Outcome == linear.Repeated && forks(o):
		return []string{"fork"} // likewise
	case o.Outcome != linear.OK:
		return nil
	}
	works = append(works, string(o.Kind))
	switch {
	case o.Producer > 0:
		works = append(works, "append of a producer")
	case forks(o):
		works = append(works, "fork")
	case o.Kind == linear.Delete && strings.HasPrefix(o.Stream, "left/"):
		works = append(works, "delete of a forked source")
	}
	return works
}

func forks(o *linear.Op) bool {
	return o.Kind == linear.Create && (strings.HasPrefix(o.Stream, "fork/") || strings.HasPrefix(o.Stream, "heir/"))
}

// requireWork refuses a history in which some kind of operation never succeeded, or a
// live reader was given nothing.
func requireWork(t *testing.T, h *linear.History) {
	t.Helper()
	for _, what := range idle(h) {
		t.Error(what)
	}
	t.Logf("done: %s", counted(successes(h.Ops)))
}

func idle(h *linear.History) (missing []string) {
	done := successes(h.Ops)
	for _, work := range works() {
		if done[work] == 0 {
			missing = append(missing, fmt.Sprintf("no %s succeeded, so nothing is proved about it", work))
		}
	}
	for _, tail := range h.Tails {
		if len(tail.Sights) == 0 {
			missing = append(missing, fmt.Sprintf("live reader %d of %s was given nothing", tail.Reader, tail.Stream))
		}
	}
	return missing
}

func counted(done map[string]int) string {
	var text []string
	for _, work := range slices.Sorted(maps.Keys(done)) {
		text = append(text, fmt.Sprintf("%d x %s", done[work], work))
	}
	return strings.Join(text, ", ")
}
