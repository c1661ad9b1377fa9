package forward_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"

	"ursula/core/forward"
	"ursula/core/stream"
)

// recorded are the messages of the golden file.
func recorded(f *testing.F) (messages [][]byte) {
	dump, err := os.ReadFile("testdata/forward.v1.hex")
	if err != nil {
		f.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^[0-9a-f]{8}  ([0-9a-f ]{48})`)
	for section := range strings.SplitSeq(string(dump), "\n\n") {
		var digits strings.Builder
		for _, found := range line.FindAllStringSubmatch(section, -1) {
			digits.WriteString(strings.ReplaceAll(found[1], " ", ""))
		}
		message, err := hex.DecodeString(digits.String())
		if err != nil {
			f.Fatal(err)
		}
		messages = append(messages, message)
	}
	return messages
}

// Whatever arrives, a server refuses it or answers it, and a command that it took
// is one that reads back.
func FuzzServer(f *testing.F) {
	for _, m := range recorded(f) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		g := newLocal("b", true)
		s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: g}})
		if _, err := s.Advance(t.Context(), "a", payload); err == nil && len(g.told()) > len(payload)/28 {
			t.Errorf("%d positions in %d bytes", len(g.told()), len(payload))
		}
		if answer, err := s.Ask(t.Context(), "a", payload); err == nil && len(answer) != len(payload)/12*33 {
			t.Errorf("%d bytes answer %d", len(answer), len(payload))
		}
		if answer, err := s.Hear(payload); err == nil && len(answer) != len(payload)/4-1 {
			t.Errorf("%d bytes answer %d", len(answer), len(payload))
		}
		if _, err := s.Propose(t.Context(), "a", payload); err == nil {
			for _, c := range g.seen() {
				readsBack(t, &c)
			}
		}
	})
}

func readsBack(t *testing.T, c *stream.Command) {
	if _, err := stream.DecodeCommand(stream.AppendCommand(nil, c)); err != nil {
		t.Errorf("%+v: %v", c, err)
	}
}

// Whatever is answered, an engine has a result or an error, and believes no more
// than a whole answer.
func FuzzAnswers(f *testing.F) {
	for _, m := range recorded(f) {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		e, here, _, calls := pair()
		calls.answer = func(_ context.Context, m message) ([]byte, error) {
			here.elect("a", true) // what may be repeated is repeated here
			return answer, nil
		}
		if _, err := e.Propose(t.Context(), addition("x")); err == nil && len(here.seen()) == 0 && answer[0] != 0 {
			t.Error("a refusal became a result")
		}
		here.elect("b", false)
		err := e.Confirm(t.Context())
		if told := here.told(); err == nil && len(told) > 0 && len(answer) != 33 {
			t.Errorf("%d bytes became a position", len(answer))
		}
		for _, p := range here.told() {
			if p.Term != binary.LittleEndian.Uint64(answer[1:]) {
				t.Errorf("position %+v", p)
			}
		}
	})
}
