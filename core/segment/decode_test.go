package segment

import (
	"errors"
	"testing"

	"ursula/core/stream"
)

// TestDecodeIndexRefuses damages one field of an entry at a time, behind the
// checksum, as a faulty writer would.
func TestDecodeIndexRefuses(t *testing.T) {
	good := Entry{Name: "v1/a", ID: 1, From: 5, To: 9, Offset: 2, ends: []byte{1, 3}}
	if _, err := decodeIndex(encodeIndex([]Entry{good}), 1, 6); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Entry){
		"no name":          func(e *Entry) { e.Name = "" },
		"long name":        func(e *Entry) { e.Name = stream.Name(make([]byte, stream.MaxNameBytes+1)) },
		"empty range":      func(e *Entry) { e.To = e.From },
		"backwards":        func(e *Entry) { e.To = e.From - 1 },
		"beyond the data":  func(e *Entry) { e.Offset = 3 },
		"offset too large": func(e *Entry) { e.Offset = MaxData + 1 },
		"from too large":   func(e *Entry) { e.From, e.To = stream.MaxOffset+1, stream.MaxOffset+2 },
		"to too large":     func(e *Entry) { e.From, e.To = stream.MaxOffset-1, stream.MaxOffset+1 },
		"end beyond to":    func(e *Entry) { e.ends = []byte{1, 4} },
		"end repeats":      func(e *Entry) { e.ends = []byte{1, 0} },
		"end is cut":       func(e *Entry) { e.ends = []byte{0x81} },
		"end is 11 bytes":  func(e *Entry) { e.ends = []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
		"end wraps around": func(e *Entry) { e.ends = []byte("\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
	} {
		e := good
		change(&e)
		if _, err := decodeIndex(encodeIndex([]Entry{e}), 1, 6); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeIndexRefusesDisorder(t *testing.T) {
	a := Entry{Name: "v1/a", ID: 1, From: 0, To: 4}
	b := Entry{Name: "v1/a", ID: 1, From: 3, To: 5}
	for name, entries := range map[string][]Entry{"overlap": {a, b}, "twice": {a, a}, "backwards": {b, a}} {
		if _, err := decodeIndex(encodeIndex(entries), 2, 6); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	trailing := append(encodeIndex([]Entry{a}), 0)
	if _, err := decodeIndex(trailing, 1, 6); !errors.Is(err, ErrFormat) {
		t.Errorf("trailing byte: %v", err)
	}
	for _, ranges := range []int{0, 2, 1 << 30} {
		if _, err := decodeIndex(encodeIndex([]Entry{a}), ranges, 6); !errors.Is(err, ErrFormat) {
			t.Errorf("%d ranges counted: %v", ranges, err)
		}
	}
}
