package linear_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"ursula/integration/linear"
)

func parse(t *testing.T, text string) *linear.History {
	t.Helper()
	h := &linear.History{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(strings.Split(line, "#")[0])
		switch {
		case len(fields) == 0:
		case fields[0] == "tail":
			h.Tails = append(h.Tails, parseTail(t, fields))
		case fields[0] == "skew":
			h.Skew = time.Duration(number(t, fields[1]))
		case fields[0] == "final":
			h.Finals = append(h.Finals, parseFinal(t, fields))
		default:
			h.Ops = append(h.Ops, parseOp(t, fields))
		}
	}
	return h
}

func parseOp(t *testing.T, fields []string) linear.Op {
	t.Helper()
	o := linear.Op{Stream: "s", Kind: linear.Kind(fields[2]), Outcome: linear.Outcome(fields[3])}
	scan(t, fields[0], "%d-%d", &o.Invoked, &o.Returned)
	scan(t, fields[1], "c%d", &o.Client)
	if o.Kind == linear.Append {
		o.Size = size
	}
	for key, value := range options(fields[4:]) {
		switch key {
		case "token":
			o.Token = tokens(t, value)[0]
		case "producer":
			scan(t, value, "%d/%d", &o.Producer, &o.Seq)
		case "tail":
			o.Tail = number(t, value) * size
		case "ttl":
			o.TTL = time.Duration(number(t, value))
		case "closed":
			o.Closed = true
		case "unrenewed":
			o.Unrenewed = true
		case "content":
			o.Content = tokens(t, value)
		case "inherits":
			o.Inherits = tokens(t, value)
			o.Base = int64(len(o.Inherits)) * size
		default:
			t.Fatalf("unknown key %q", key)
		}
	}
	return o
}

// parseTail reads "tail rREADER from=N content=TOKENS seen=TIME/N".
func parseTail(t *testing.T, fields []string) linear.Tail {
	t.Helper()
	tail := linear.Tail{Stream: "s"}
	scan(t, fields[1], "r%d", &tail.Reader)
	for key, value := range options(fields[2:]) {
		switch key {
		case "from":
			tail.From = number(t, value) * size
		case "content":
			tail.Content = content(tokens(t, value))
		case "seen":
			var sight linear.Sight
			scan(t, value, "%d/%d", &sight.At, &sight.Tail)
			sight.Tail *= size
			tail.Sights = append(tail.Sights, sight)
		}
	}
	return tail
}

// parseFinal reads "final nNODE content=TOKENS [closed]", or "final nNODE gone".
func parseFinal(t *testing.T, fields []string) linear.Final {
	t.Helper()
	final := linear.Final{Stream: "s", Present: true}
	scan(t, fields[1], "n%d", &final.Node)
	for key, value := range options(fields[2:]) {
		switch key {
		case "content":
			final.Content = content(tokens(t, value))
			final.Tail = int64(len(final.Content))
		case "closed":
			final.Closed = true
		case "gone":
			final.Present = false
		}
	}
	return final
}

func options(fields []string) map[string]string {
	all := map[string]string{}
	for _, field := range fields {
		key, value, _ := strings.Cut(field, "=")
		all[key] = value
	}
	return all
}

func tokens(t *testing.T, text string) []linear.Token {
	t.Helper()
	var list []linear.Token
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		var token linear.Token
		if err := token.UnmarshalText([]byte(name)); err != nil {
			t.Fatalf("token %q: %v", name, err)
		}
		list = append(list, token)
	}
	return list
}

func content(list []linear.Token) string {
	var data bytes.Buffer
	for _, token := range list {
		data.Write(linear.Payload(token, size))
	}
	return data.String()
}

func scan(t *testing.T, text, format string, into ...any) {
	t.Helper()
	if _, err := fmt.Sscanf(text, format, into...); err != nil {
		t.Fatalf("%q is not %s: %v", text, format, err)
	}
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
