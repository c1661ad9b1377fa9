package member_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ursula/control/member"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected text of scenarios; read the diff before you keep it")

// TestScenarios plays testdata/scenarios/*.txt: blocks of lines "verb arguments",
// a line "----", and what they answer, up to an empty line.
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
	var b board
	for block := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n\n") {
		input, _, expects := strings.Cut(block, "\n----")
		out.WriteString(input + "\n")
		if expects {
			out.WriteString("----\n" + b.play(t, input))
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

// board is a roster that verbs change.
type board struct{ roster member.Roster }

func (b *board) play(t *testing.T, input string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(input, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		next, err := b.change(t, strings.Fields(line))
		switch {
		case err != nil:
			fmt.Fprintf(&out, "refused: %v\n", err)
			wantRefusal(t, err)
		case next.Version == b.roster.Version:
			out.WriteString("unchanged\n")
		default:
			b.roster = throughCodec(t, next)
			out.WriteString(show(next))
		}
	}
	return out.String()
}

func (b *board) change(t *testing.T, f []string) (member.Roster, error) {
	now, r := time.Unix(int64(b.roster.Version), 0), b.roster
	switch verb := f[0]; verb {
	case "first":
		var founders []member.Founder
		for _, id := range f[1:] {
			founders = append(founders, member.Founder{ID: id, Address: "host-" + id + ":1", Disk: "disk-" + id})
		}
		return member.First("c", 8, founders, now)
	case "add":
		return r.Add(peer(t, f[1]), now)
	case "remove":
		return r.Remove(f[1], now)
	case "replace":
		return r.Replace(f[1], peer(t, f[2]), now)
	case "drain":
		return r.Drain(f[1], now)
	case "undrain":
		return r.Undrain(f[1], now)
	case "join":
		return r.Join(peer(t, f[1]), f[2])
	case "activate":
		return r.Activate(f[1], now)
	case "removed":
		m, _ := r.Find(f[1])
		return r.Removed(m, now)
	default:
		t.Fatalf("unknown verb %q", verb)
		return r, nil
	}
}

// peer reads "4" as node 4 at its usual address.
func peer(t *testing.T, text string) member.Peer {
	if !strings.Contains(text, "=") {
		text += "=host-" + text + ":1"
	}
	p, err := member.ParsePeer(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func show(r member.Roster) string {
	out := fmt.Sprintf("v%d", r.Version)
	for _, m := range r.Members {
		out += fmt.Sprintf(" %s:%s", m.ID, m.State)
		if m.Disk != "disk-"+m.ID {
			out += fmt.Sprintf("(disk %q)", m.Disk)
		}
		if m.Successor != nil {
			out += "(then " + m.Successor.Address + ")"
		}
	}
	return out + "\n"
}

func throughCodec(t *testing.T, r member.Roster) member.Roster {
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := member.DecodeRoster(data)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

func wantRefusal(t *testing.T, err error) {
	t.Helper()
	if r := new(member.Refusal); !errors.As(err, &r) || r.Kind == nil {
		t.Errorf("%v is not a Refusal", err)
	}
}
