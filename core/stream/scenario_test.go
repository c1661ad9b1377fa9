package stream

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected text of scenarios; read the diff before you keep it")

// TestScenarios plays testdata/scenarios/*.txt. A file is a list of blocks: one
// or more lines "verb arguments", a line "----", and what they answer, up to an
// empty line. Lines that begin with # are comments. The verbs are in the files
// scenario_*_test.go.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file) })
	}
}

func playFile(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	played := play(t, newWorld(), string(text))
	if played == string(text) {
		return
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(played), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s: %s", file, firstDifference(string(text), played))
}

// play returns the text with the expectations replaced by what happened.
func play(t *testing.T, w *world, text string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		input, _, ok := strings.Cut(block, "\n----")
		out.WriteString(input + "\n")
		if ok {
			out.WriteString("----\n" + w.run(t, input))
		}
		out.WriteByte('\n')
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\nwant %s\ngot  %s\n(in full)\n%s", i+1, a[i], b[i], got)
		}
	}
	return "one text goes on after the other:\n" + got
}

// world is what a scenario acts on: a clock, named machines that stand for
// groups, and a cold store per machine.
type world struct {
	now      int64
	name     string
	machines map[string]*Machine
	objects  map[string][]byte
	out      strings.Builder
}

func newWorld() *world {
	w := &world{machines: map[string]*Machine{}, objects: map[string][]byte{}}
	w.use("main")
	return w
}

func (w *world) use(name string) {
	w.name = name
	if w.machines[name] == nil {
		w.machines[name] = NewMachine()
	}
}

func (w *world) m() *Machine { return w.machines[w.name] }

func (w *world) object(id uint64) string { return fmt.Sprintf("%s/%d", w.name, id) }

func (w *world) say(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

func (w *world) run(t *testing.T, input string) string {
	w.out.Reset()
	for line := range strings.SplitSeq(input, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		a := parseArgs(t, line)
		verb := verbs[a.verb]
		if verb == nil {
			t.Fatalf("unknown verb in %q", line)
		}
		verb(w, a)
		a.finish()
	}
	return w.out.String()
}

// verbs collects what the handler files offer.
var verbs = merge(clientVerbs, forkVerbs, coldVerbs, viewVerbs)

func merge(tables ...map[string]func(*world, *args)) map[string]func(*world, *args) {
	all := map[string]func(*world, *args){}
	for _, table := range tables {
		for name, verb := range table {
			all[name] = verb
		}
	}
	return all
}

// apply sends a command the way that a log does, encoded, and spoils the log
// entry afterwards: a machine that kept a part of it would show.
func (w *world) apply(c Command) (r Result, events []Event) {
	c.Now = w.now
	entry := AppendToBatch(BeginBatch(nil), &c)
	err := EachInBatch(entry, func(c *Command) { r, events = w.m().Apply(c, nil) })
	if err != nil {
		return Result{Err: err}, nil
	}
	copy(entry, bytes.Repeat([]byte{'#'}, len(entry)))
	return r, events
}

// tell applies a command and says what came of it.
func (w *world) tell(c Command) {
	r, events := w.apply(c)
	w.say("%s", describe(r))
	for _, e := range events {
		w.say("  event %s", describeEvent(e))
	}
}
