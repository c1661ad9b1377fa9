package forward_test

import (
	"context"
	"encoding/binary"
	"testing"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
)

// answers takes what is answered to calls that nobody waits for.
type answers struct {
	given [][]byte
	sent  int // of given, when they went out last
}

// Answer implements forward.Reply.
func (a *answers) Answer(answer []byte) { a.given = append(a.given, answer) }

// Send implements forward.Reply.
func (a *answers) Send() { a.sent = len(a.given) }

func proposal(c *stream.Command) []byte {
	return stream.AppendCommand(binary.LittleEndian.AppendUint32(nil, theGroup), c)
}

// What is begun where the group is led has the same answer as a call that waits.
func TestACommandThatIsBegunIsAnswered(t *testing.T) {
	there := newLocal("b", true)
	there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
		return stream.Result{Next: 42}, nil
	}
	s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}, clock: 5000})
	want, err := s.Propose(t.Context(), "a", proposal(addition("x")))
	if err != nil {
		t.Fatal(err)
	}
	var a answers
	if !s.Begin(proposal(addition("y")), &a) {
		t.Fatal("the leader left it")
	}
	if len(a.given) != 1 || a.sent != 1 || string(a.given[0]) != string(want) {
		t.Errorf("answered % x, of which %d were sent, want % x", a.given, a.sent, want)
	}
	if seen := there.seen(); string(seen[1].Data) != "y" || seen[1].Now != 5000 {
		t.Errorf("proposed %+v", seen[1])
	}
}

// A node that ceased to lead meanwhile says so.
func TestACommandThatCannotBeBegunIsRefused(t *testing.T) {
	there := newLocal("b", true)
	s := forward.NewServer(&deposed{fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}}})
	var a answers
	if !s.Begin(proposal(addition("x")), &a) || a.sent != 1 || a.given[0][0] != 1 {
		t.Errorf("answered % x", a.given)
	}
}

// deposed leads no group any more when a command arrives.
type deposed struct{ fakeNode }

// BeginHere implements forward.Node.
func (*deposed) BeginHere(uint32, *stream.Command, group.Reply) error { return group.ErrNoLeader }

// What would have to wait, or is followed, or makes no sense, is left to a goroutine.
func TestWhatIsNotBegun(t *testing.T) {
	follower, leader := newLocal("b", false), newLocal("b", true)
	s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: follower, theGroup + 1: leader}})
	followed := binary.LittleEndian.AppendUint32(nil, theGroup+1|1<<31)
	followed = append(followed, make([]byte, len(trace.Context{}.Trace)+8+1+2)...)
	led := binary.LittleEndian.AppendUint32(nil, theGroup+1)
	for name, payload := range map[string][]byte{
		"a group that is led elsewhere": proposal(addition("x")),
		"a command that is followed":    stream.AppendCommand(followed, addition("x")),
		"a command cut short":           stream.AppendCommand(led, addition("x"))[:20],
		"nothing":                       nil,
	} {
		var a answers
		if s.Begin(payload, &a) || len(a.given) > 0 {
			t.Errorf("%s was begun", name)
		}
	}
	if n := len(leader.seen()) + len(follower.seen()); n > 0 {
		t.Errorf("%d were proposed", n)
	}
}
