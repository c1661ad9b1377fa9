package client

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestEventsAreReadAsTheStandardHasThem(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"line ends of all kinds":        {"event: a\ndata: 1\n\nevent: b\r\ndata: 2\r\n\r\nevent: c\rdata: 3\r\r", "a=1 b=2 c=3"},
		"one space after the colon":     {"data:x\n\ndata:  y\n\n", "=x = y"},
		"lines are joined":              {"data: x\ndata:\ndata: y\n\n", "=x\n\ny"},
		"comments and unknown fields":   {": hi\n\nid: 7\nretry: 1\nevent: a\n:x\ndata: 1\n\n", "a=1"},
		"an event without data is none": {"event: a\n\ndata: 1\n\n", "=1"},
		"an unfinished event is none":   {"data: 1\n\ndata: 2\n", "=1"},
		"empty data is data":            {"event: a\ndata:\n\n", "a="},
		"a field without colon":         {"data\n\n", "="},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newEventReader(iotest.OneByteReader(strings.NewReader(c.in)), 100)
			var got []string
			e, err := r.next()
			for ; err == nil; e, err = r.next() {
				got = append(got, e.name+"="+string(e.data))
			}
			if strings.Join(got, " ") != c.want || err != io.EOF {
				t.Fatalf("got %q, %v", got, err)
			}
		})
	}
}

func TestEventsHaveABound(t *testing.T) {
	for _, in := range []string{"data: " + strings.Repeat("x", 100), strings.Repeat("data: x\n", 100)} {
		if _, err := newEventReader(strings.NewReader(in), 50).next(); !errors.Is(err, ErrTooLarge) {
			t.Fatal(err)
		}
	}
}

// FuzzEventReader looks for input that is neither read nor refused, and for data that
// holds a line end which the standard would have split.
func FuzzEventReader(f *testing.F) {
	f.Add("event: data\ndata: x\r\ndata: y\r\revent: control\ndata: {}\n\n")
	f.Fuzz(func(t *testing.T, in string) {
		r := newEventReader(strings.NewReader(in), 1<<10)
		for {
			e, err := r.next()
			if err != nil {
				return
			}
			if strings.Contains(string(e.data), "\r") {
				t.Fatalf("data %q", e.data)
			}
		}
	})
}
