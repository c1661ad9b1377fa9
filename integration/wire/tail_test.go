package wire

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func tailOf(text string) *Tail {
	return &Tail{body: io.NopCloser(strings.NewReader("")), lines: bufio.NewReader(strings.NewReader(text))}
}

func TestTailReadsBatches(t *testing.T) {
	tail := tailOf(": beat\n\nevent: data\ndata: aGVs\ndata: bG8=\n\n" +
		"event: control\ndata: {\"streamNextOffset\":\"5\",\"upToDate\":true,\"streamClosed\":true}\n\n")
	batch, err := tail.Next()
	if err != nil || string(batch.Data) != "hello" || batch.Next != "5" || !batch.UpToDate || !batch.Closed {
		t.Fatalf("batch %+v, error %v", batch, err)
	}
	if _, err := tail.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("after the last event: %v, want EOF", err)
	}
}

func TestTailTellsTornFromEnded(t *testing.T) {
	whole := "event: data\ndata: aGVsbG8=\n\nevent: control\ndata: {\"streamNextOffset\":\"5\"}\n\n"
	for cut := 1; cut < len(whole); cut++ {
		if _, err := tailOf(whole[:cut]).Next(); !errors.Is(err, ErrTorn) {
			t.Fatalf("cut at %d: %v, want ErrTorn", cut, err)
		}
	}
}
