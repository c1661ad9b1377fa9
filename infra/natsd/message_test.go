package natsd

import (
	"bytes"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"os"
	"reflect"
	"strings"
	"testing"

	"ursula/core/stream"
)

// samples are messages that the golden file holds, one a line.
func samples() []stream.Event {
	return []stream.Event{
		{Name: "v1/s", ID: 7, From: 0x0102030405060708, To: 0x010203040506070d, Data: []byte("hello")},
		{Name: "v1/closed", ID: 8, From: 9, To: 11, Data: []byte("ok"), Closed: true},
		{Name: "v1/closed", ID: 8, From: 11, To: 11, Closed: true},
		{Name: "bucket/a/b \u00e4", ID: 9, From: 5, To: 1 << 40},
		{Name: "v1/gone", ID: 10, From: 3, To: 3, Gone: true},
	}
}

// The golden file pins version 1 of the message and of the subject: nodes of
// different builds speak it to each other.
func TestGolden(t *testing.T) {
	golden, err := os.ReadFile("testdata/event.v1.hex")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, e := range samples() {
		got.WriteString(subjectOf(e.Name) + " " + hex.EncodeToString(appendMessage(nil, origin{3, 21}, &e, 100)) + "\n")
	}
	if got.String() != string(golden) {
		t.Errorf("encoded\n%swant\n%s", got.String(), golden)
	}
}

func TestMessageRoundTrip(t *testing.T) {
	for _, e := range samples() {
		o, got, err := decodeMessage(appendMessage(nil, origin{3, 21}, &e, 100))
		if err != nil || o != (origin{3, 21}) || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v became %+v of %+v, %v", e, got, o, err)
		}
	}
}

func TestDataBeyondTheLimitIsLeftOut(t *testing.T) {
	e := samples()[0]
	_, got, err := decodeMessage(appendMessage(nil, origin{}, &e, len(e.Data)-1))
	if err != nil || got.Data != nil || got.To != e.To {
		t.Errorf("%+v, %v", got, err)
	}
}

// What the readers of an event append to its data must not reach beyond it.
func TestDecodedDataCannotGrowInPlace(t *testing.T) {
	e := samples()[0]
	m := appendMessage(nil, origin{}, &e, 100)
	_, got, _ := decodeMessage(m)
	before := bytes.Clone(m)
	_ = append(got.Data, 0xff)
	if !bytes.Equal(m, before) {
		t.Error("the message was overwritten")
	}
}

// rewrite changes a valid message and gives it a valid checksum again.
func rewrite(change func([]byte) []byte) []byte {
	e := samples()[0]
	m := appendMessage(nil, origin{3, 21}, &e, 100)
	body := change(m[:len(m)-sumBytes])
	sum := crc32.Checksum(body, castagnoli)
	return append(body, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
}

func TestBadMessagesAreRefused(t *testing.T) {
	set := func(at int, b byte) func([]byte) []byte {
		return func(m []byte) []byte { m[at] = b; return m }
	}
	e := samples()[0]
	for name, m := range map[string][]byte{
		"empty":            nil,
		"short":            make([]byte, headBytes+sumBytes-1),
		"another version":  rewrite(set(0, 2)),
		"an unknown flag":  rewrite(set(1, flagData|1<<3)),
		"no name":          rewrite(set(38, 0)),
		"a name too long":  rewrite(set(39, 5)),
		"a name beyond":    rewrite(set(38, 200)),
		"less data":        rewrite(func(m []byte) []byte { return m[:len(m)-1] }),
		"more data":        rewrite(func(m []byte) []byte { return append(m[:len(m):len(m)], 0) }),
		"unflagged data":   rewrite(set(1, 0)),
		"a range backward": rewrite(set(30, 0)),
		"flagged nothing": rewrite(func(m []byte) []byte {
			copy(m[30:38], m[22:30])
			return m[:headBytes+len(e.Name)]
		}),
		"damage": append(appendMessage(nil, origin{}, &e, 100)[:50], 1, 2, 3, 4),
	} {
		if _, _, err := decodeMessage(m); !errors.Is(err, errMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := decodeMessage(rewrite(func(m []byte) []byte { return m })); err != nil {
		t.Errorf("the message that the others were made of: %v", err)
	}
}

// FuzzDecode: whatever comes, an event that is accepted is consistent, and
// encodes to what it came from. The checksum is made to fit, or nothing but the
// checksum would be tested.
func FuzzDecode(f *testing.F) {
	for _, e := range samples() {
		m := appendMessage(nil, origin{3, 21}, &e, 100)
		f.Add(m[:len(m)-sumBytes])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := crc32.Checksum(body, castagnoli)
		m := append(bytes.Clone(body), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
		o, e, err := decodeMessage(m)
		if err != nil {
			return
		}
		if e.Data != nil && uint64(len(e.Data)) != e.To-e.From {
			t.Fatalf("%d bytes for [%d, %d)", len(e.Data), e.From, e.To)
		}
		if again := appendMessage(nil, o, &e, len(body)); !bytes.Equal(again, m) {
			t.Fatalf("% x became % x", m, again)
		}
	})
}
