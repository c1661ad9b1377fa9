package place_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ursula/control/member"
	"ursula/control/place"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected text of scenarios; read the diff before you keep it")

// TestScenarios plays testdata/scenarios/*.txt: blocks of lines "verb arguments",
// a line "----", and what they answer, up to an empty line.
//
//	members 1:active 2:leaving,dead 3:active,unfit 4:joining,lacking 5:joining,looking 6:active,lost
//	group 0 leader=1 voters=1,2,3 learners=4 lag=4:900 unsettled
//	lag 0 4:900
//	limits changes=1
//	plan        the next moves
//	step        carries them out
//	settle      steps until there are no more
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
	var out strings.Builder
	s := &stage{t: t, limits: place.DefaultLimits()}
	for block := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n\n") {
		input, _, expects := strings.Cut(block, "\n----")
		out.WriteString(input + "\n")
		played := s.play(input)
		if expects {
			out.WriteString("----\n" + played)
		}
		out.WriteByte('\n')
	}
	got := strings.TrimRight(out.String(), "\n") + "\n"
	switch {
	case *rewrite:
		err = os.WriteFile(file, []byte(got), 0o644)
	case got != string(text):
		err = fmt.Errorf("happened:\n%s", got)
	}
	if err != nil {
		t.Error(err)
	}
}

// stage is a cluster that verbs act on.
type stage struct {
	t      *testing.T
	limits place.Limits
	cluster
	out strings.Builder
}

func (s *stage) play(input string) string {
	s.out.Reset()
	for line := range strings.SplitSeq(input, "\n") {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			s.do(f[0], f[1:])
		}
	}
	return s.out.String()
}

func (s *stage) do(verb string, args []string) {
	switch verb {
	case "members":
		s.setMembers(args)
	case "group":
		s.setGroup(args)
	case "limits":
		for _, arg := range args {
			s.limit(arg)
		}
	case "plan":
		for _, m := range place.Plan(s.view, s.limits) {
			fmt.Fprintln(&s.out, m)
		}
	case "step":
		s.carryOut(place.Plan(s.view, s.limits))
		s.show()
	case "settle":
		steps := s.settle(s.t, s.limits)
		fmt.Fprintf(&s.out, "%d rounds\n", steps)
		s.show()
	default:
		s.t.Fatalf("unknown verb %q", verb)
	}
}

func (s *stage) setMembers(args []string) {
	s.view.Members = nil
	for _, arg := range args {
		id, rest, _ := strings.Cut(arg, ":")
		words := strings.Split(rest, ",")
		m := place.Member{ID: id, State: member.State(words[0]), Reachable: true}
		for _, word := range words[1:] {
			switch word {
			case "dead":
				m.Reachable = false
			case "unfit":
				m.Unfit = "disk is full"
			case "lacking":
				m.Cold.Missing = 7
			case "looking":
				m.Cold.Unseen = 1
			case "lost":
				m.Cold.Missing, m.Cold.Lost = 2, 2
			}
		}
		s.view.Members = append(s.view.Members, m)
	}
}

// setGroup makes or replaces groups: "0" or "0-7". Members lag by nothing unless
// it says otherwise; "?" is an unknown lag.
func (s *stage) setGroup(args []string) {
	first, last, several := strings.Cut(args[0], "-")
	if !several {
		last = first
	}
	for id := s.number(first); id <= s.number(last); id++ {
		g := place.Group{ID: uint32(id), Settled: true, Lag: map[string]uint64{}}
		for _, m := range s.view.Members {
			if m.Reachable {
				g.Lag[m.ID] = 0
			}
		}
		for _, arg := range args[1:] {
			s.setField(&g, arg)
		}
		s.put(g)
	}
}

func (s *stage) setField(g *place.Group, arg string) {
	key, value, _ := strings.Cut(arg, "=")
	switch key {
	case "leader":
		g.Leader = value
	case "voters":
		g.Voters = strings.Split(value, ",")
	case "learners":
		g.Learners = strings.Split(value, ",")
	case "unsettled":
		g.Settled = false
	case "lag":
		id, lag, _ := strings.Cut(value, ":")
		if g.Lag[id] = s.number(lag); lag == "?" {
			delete(g.Lag, id)
		}
	}
}

func (s *stage) limit(arg string) {
	key, value, _ := strings.Cut(arg, "=")
	switch n := s.number(value); key {
	case "changes":
		s.limits.Changes = int(n)
	case "learners":
		s.limits.Learners = int(n)
	case "transfers":
		s.limits.Transfers = int(n)
	}
}

func (s *stage) number(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64) // "?" is 0
	return n
}

func (s *stage) show() {
	for _, g := range s.view.Groups {
		fmt.Fprintf(&s.out, "group %d leader=%s voters=%s", g.ID, g.Leader, strings.Join(g.Voters, ","))
		if len(g.Learners) > 0 {
			fmt.Fprintf(&s.out, " learners=%s", strings.Join(g.Learners, ","))
		}
		fmt.Fprintln(&s.out)
	}
	for _, m := range s.view.Members {
		fmt.Fprintf(&s.out, "%s everywhere=%v nowhere=%v\n", m.ID, s.view.Everywhere(m.ID), s.view.Nowhere(m.ID))
	}
}
