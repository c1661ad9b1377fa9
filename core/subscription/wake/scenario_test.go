package wake_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ursula/core/subscription/wake"
)

var rewrite = flag.Bool("rewrite", false, "write what happened into the scenario files; read the diff")

// A scenario is a text file of steps: a line "verb key=value...", a line
// "----", the expected text, and an empty line. The clock stands at 1000 ms
// until "at=" moves it; draws are 0.5.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.scenario")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runScenario(t, file) })
	}
}

func runScenario(t *testing.T, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var actual strings.Builder
	s := &scene{now: 1000}
	for _, step := range strings.Split(strings.TrimSpace(string(content)), "\n\n") {
		command, _, _ := strings.Cut(step, "\n----")
		fmt.Fprintf(&actual, "%s\n----\n%s\n\n", command, s.run(command))
	}
	got := strings.TrimSpace(actual.String()) + "\n"
	switch {
	case *rewrite:
		err = os.WriteFile(file, []byte(got), 0o644)
	case got != string(content):
		err = fmt.Errorf("happened:\n%s", got)
	}
	if err != nil {
		t.Error(err)
	}
}

// scene is a subscription and a clock.
type scene struct {
	now      int64
	inFlight bool
	wakes    int
	sub      wake.Subscription
}

// run carries out a command; comments before it are kept.
func (s *scene) run(command string) string {
	lines := strings.Split(command, "\n")
	verb, rest, _ := strings.Cut(lines[len(lines)-1], " ")
	args := make(map[string]string)
	for _, field := range strings.Fields(rest) {
		key, value, _ := strings.Cut(field, "=")
		args[key] = value
	}
	if at := s.number(args["at"]); at != 0 {
		s.now = at
	}
	if err := s.do(verb, args); err != nil {
		return "refused: " + err.Error()
	}
	return s.show()
}

func (s *scene) do(verb string, args map[string]string) (err error) {
	switch verb {
	case "new":
		s.sub = wake.New("s", "", wake.Config{Type: wake.Kind(args["type"]), LeaseTTL: 10_000}, s.now)
	case "wake":
		s.inFlight = false
		s.sub = s.sub.Wake(s.now, s.wakeID(), args["stream"])
	case "send":
		s.inFlight = true
	case "attempt":
		s.sub = s.sub.Attempt(s.now)
	case "failed":
		s.inFlight = false
		s.sub = s.sub.Failed(s.now, 0.5)
	case "accepted":
		s.sub = s.sub.Accepted()
	case "claim":
		s.sub, err = s.sub.Claim(s.now, args["worker"], s.wakeID())
	case "renew":
		s.sub = s.sub.Renew(s.now)
	case "done":
		s.sub = s.sub.Done()
	case "expire":
		s.inFlight = false
		s.sub = s.sub.Expire(s.now, 0.5)
	case "fence":
		err = s.sub.Fence(uint64(s.number(args["generation"])), args["wake"])
	case "look": // only show
	default:
		err = fmt.Errorf("unknown verb %q", verb)
	}
	return err
}

func (s *scene) wakeID() string {
	s.wakes++
	return "w" + strconv.Itoa(s.wakes)
}

func (s *scene) number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // absent is 0
	return n
}

func (s *scene) show() string {
	step := s.sub.Next(s.now, s.inFlight)
	text := fmt.Sprintf("%s generation=%d", s.sub.Phase, s.sub.Generation)
	for _, field := range []struct{ name, value string }{
		{"wake", s.sub.WakeID}, {"stream", s.sub.Trigger}, {"holder", s.sub.Holder},
		{"deadline", positive(s.sub.Deadline)}, {"failed", positive(int64(s.sub.Attempts))},
		{"retry", positive(s.sub.NextAttempt)},
	} {
		if field.value != "" {
			text += " " + field.name + "=" + field.value
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s\nnext: %s %s", text, step.Do, positive(step.At)))
}

func positive(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
