package clients

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

const tail42 = "0000000000000000_0000000000000042"

func answer(status int, fields ...string) wire.Reply {
	header := http.Header{"Stream-Next-Offset": {tail42}}
	for i := 0; i < len(fields); i += 2 {
		header.Set(fields[i], fields[i+1])
	}
	return wire.Reply{Status: status, Header: header}
}

// TestAnswersBecomeOutcomes has a row for each way in which an answer can be read.
func TestAnswersBecomeOutcomes(t *testing.T) {
	plain := linear.Op{Kind: linear.Append}
	produced := linear.Op{Kind: linear.Append, Producer: 1}
	for _, row := range []struct {
		op    linear.Op
		reply wire.Reply
		want  linear.Outcome
	}{
		{linear.Op{Kind: linear.Create}, answer(201), linear.OK},
		{linear.Op{Kind: linear.Create}, answer(200), linear.Repeated},
		{linear.Op{Kind: linear.Create}, answer(409), linear.Exists},
		{linear.Op{Kind: linear.Create}, answer(503), linear.Unknown},
		{plain, answer(204), linear.OK},
		{plain, answer(404), linear.Absent},
		{plain, answer(410), linear.Absent},
		{plain, answer(409, "Stream-Closed", "true"), linear.Shut},
		{plain, answer(429), linear.Refused},
		{plain, answer(500), linear.Unknown},
		{produced, answer(200), linear.OK},
		{produced, answer(204), linear.Repeated},
		{produced, answer(409, "Producer-Expected-Seq", "3"), linear.Gap},
		{linear.Op{Kind: linear.Close}, answer(204), linear.OK},
		{linear.Op{Kind: linear.Delete}, wire.Reply{Status: 204}, linear.OK},
		{linear.Op{Kind: linear.Head}, answer(200), linear.OK},
	} {
		o := row.op
		if surprise := settle(&o, row.reply, nil); o.Outcome != row.want || surprise != "" {
			t.Errorf("%s answered %d is %q (%s), want %q", o.Kind, row.reply.Status, o.Outcome, surprise, row.want)
		}
		if o.Outcome == linear.OK && o.Kind != linear.Delete && o.Tail != 42 {
			t.Errorf("%s answered %d: tail %d, want 42", o.Kind, row.reply.Status, o.Tail)
		}
	}
}

// TestUnheardOfAnswersAreSurprises wants a status that no rule allows, and an offset
// that is none, to be told.
func TestUnheardOfAnswersAreSurprises(t *testing.T) {
	for _, reply := range []wire.Reply{answer(403), answer(307), answer(204, "Stream-Next-Offset", "soon")} {
		o := linear.Op{Kind: linear.Append}
		if surprise := settle(&o, reply, nil); surprise == "" {
			t.Errorf("an append answered %v, offset %q: %s, and no surprise", reply, reply.Next(), o.Outcome)
		}
	}
}

// TestOnlyWhoCouldNotConnectHasNotAsked separates what certainly did not arrive.
func TestOnlyWhoCouldNotConnectHasNotAsked(t *testing.T) {
	for _, row := range []struct {
		err  error
		want linear.Outcome
	}{
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, linear.Refused},
		{&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, linear.Unknown},
		{&net.OpError{Op: "read", Err: errors.New("connection reset")}, linear.Unknown},
		{context.DeadlineExceeded, linear.Unknown},
		{io.ErrUnexpectedEOF, linear.Unknown},
	} {
		o := linear.Op{Kind: linear.Append}
		if settle(&o, wire.Reply{}, row.err); o.Outcome != row.want {
			t.Errorf("%v is %q, want %q", row.err, o.Outcome, row.want)
		}
	}
}
