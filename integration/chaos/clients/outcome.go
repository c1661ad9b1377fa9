package clients

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// settle reads an answer into the operation: its outcome and what it says about the
// stream. The text tells of an answer that no rule allows.
func settle(o *linear.Op, reply wire.Reply, err error) (surprise string) {
	if err != nil {
		o.Outcome, o.Note = failure(err), err.Error()
		return ""
	}
	o.Note = strconv.Itoa(reply.Status)
	if !reply.OK() {
		o.Note = fmt.Sprintf("%.300v", reply)
	}
	if !reply.OK() {
		return refusal(o, reply)
	}
	o.Outcome = linear.OK
	if repeated(o, reply.Status) {
		o.Outcome = linear.Repeated
	}
	if o.Kind == linear.Delete {
		return ""
	}
	o.Closed = reply.Closed()
	if o.Tail, err = position(reply.Next()); err != nil {
		return fmt.Sprintf("%v: %v", o, err)
	}
	return ""
}

// failure is the outcome of a request without an answer. Who could not even connect
// has not asked.
func failure(err error) linear.Outcome {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" && !errors.Is(err, context.DeadlineExceeded) {
		return linear.Refused
	}
	return linear.Unknown
}

// repeated says that the answer is to something that had happened before.
func repeated(o *linear.Op, status int) bool {
	switch {
	case o.Kind == linear.Create:
		return status != http.StatusCreated
	case o.Kind == linear.Append && o.Producer > 0:
		return status != http.StatusOK
	}
	return false
}

func refusal(o *linear.Op, reply wire.Reply) (surprise string) {
	switch {
	case reply.Unsure():
		o.Outcome = linear.Unknown
	case reply.Status == http.StatusTooManyRequests || reply.Status == http.StatusRequestTimeout:
		o.Outcome = linear.Refused
	case reply.Gone():
		o.Outcome = linear.Absent
	case reply.Status == http.StatusConflict && o.Kind == linear.Create:
		o.Outcome = linear.Exists
	case reply.Status == http.StatusConflict && reply.Closed():
		o.Outcome = linear.Shut
	case reply.Header.Get("Producer-Expected-Seq") != "":
		o.Outcome = linear.Gap
	default:
		o.Outcome = linear.Unknown
		return fmt.Sprintf("%v: answered %v", o, reply)
	}
	return ""
}

// position is the byte position of an offset.
func position(offset string) (int64, error) {
	_, digits, ok := strings.Cut(offset, "_")
	at, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return 0, fmt.Errorf("offset %q has no position", offset)
	}
	return at, nil
}
