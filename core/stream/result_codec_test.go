package stream

import (
	"errors"
	"reflect"
	"testing"
)

func sampleResults() []Result {
	fork := &Fork{Source: "v1/s", SourceID: 3, At: 4, Requested: 5, Sub: 6, Inherits: true, Ref: "r"}
	return []Result{
		{},
		{Created: true, Next: 7, Info: &Info{
			Name: "v1/a", ID: 1, ContentType: "text/plain", JSON: true, Base: 2, Tail: 9, Closed: true,
			Created: -1, Lifetime: Lifetime{TTL: -1, ExpiresAt: 5}, Fork: fork,
		}},
		{Duplicate: true, Closed: true, Next: 1 << 60, Producer: Producer{ID: "p", Epoch: 2, Seq: 3}},
		{Err: &ProducerError{Epoch: 1, Expected: 2, Received: 3, Err: ErrSequenceGap}},
		{Err: ErrClosed, Closed: true, Next: 12},
		{Pending: fork},
	}
}

func TestResultsReadBack(t *testing.T) {
	for i, want := range sampleResults() {
		got, err := DecodeResult(AppendResult(nil, &want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("result %d: read back %+v, %v; want %+v", i, got, err, want)
		}
	}
}

func TestEveryRefusalHasItsCode(t *testing.T) {
	for _, refusal := range refusals()[1:] {
		got, err := DecodeResult(AppendResult(nil, &Result{Err: refusal}))
		if err != nil || !errors.Is(got.Err, refusal) {
			t.Errorf("%v: read back %v, %v", refusal, got.Err, err)
		}
	}
	odd := Result{Err: errors.New("odd")}
	if got, err := DecodeResult(AppendResult(nil, &odd)); err != nil || got.Err.Error() != "odd" {
		t.Errorf("an error without a code: %v, %v", got.Err, err)
	}
}

func FuzzDecodeResult(f *testing.F) {
	for _, r := range sampleResults() {
		f.Add(AppendResult(nil, &r))
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		r, err := DecodeResult(encoded)
		if err != nil {
			return
		}
		again, err := DecodeResult(AppendResult(nil, &r))
		if err != nil {
			t.Fatalf("%+v does not read back: %v", r, err)
		}
		if (again.Err == nil) != (r.Err == nil) || again.Next != r.Next {
			t.Fatalf("read back %+v, want %+v", again, r)
		}
	})
}
