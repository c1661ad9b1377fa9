package sse_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"ursula/core/protocol/sse"
	"ursula/core/stream"
)

type event struct{ kind, data string }

// parse reads events the way a browser does.
func parse(text string) []event {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	var events []event
	var kind string
	var data []string
	for _, line := range strings.Split(text, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				events = append(events, event{kind, strings.Join(data, "\n")})
			}
			kind, data = "", nil
		case name == "event":
			kind = value
		case name == "data":
			data = append(data, value)
		}
	}
	return events
}

// split cuts b into two to three parts at places that cut decides.
func split(b []byte, cut uint16) [][]byte {
	i := int(cut) % (len(b) + 1)
	j := i + int(cut>>8)%(len(b)-i+1)
	return [][]byte{b[:i], b[i:j], b[j:]}
}

func normal(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

func FuzzData(f *testing.F) {
	for _, seed := range []string{
		"", "a", " a", "a\n", "\n\n", "a\r\nb", "a\r\rb", "\r", "\r\n", "data: x\n\nevent: control\ndata: {}\n\n",
		"  two spaces\n  again", "é\nü", "\x80\xff", ":\n\n",
	} {
		f.Add([]byte(seed), uint16(3))
		f.Add([]byte(seed), uint16(0x0102))
	}
	f.Fuzz(func(t *testing.T, payload []byte, cut uint16) {
		parts := split(payload, cut)
		got := parse(string(sse.AppendData(nil, sse.Text, parts)))
		if want := (event{"data", normal(string(payload))}); len(got) != 1 || got[0] != want {
			t.Fatalf("text %q: got %q, want %q", payload, got, want)
		}
		got = parse(string(sse.AppendData(nil, sse.Base64, parts)))
		if len(got) != 1 || got[0].kind != "data" {
			t.Fatalf("base64 %q: got %q", payload, got)
		}
		decoded, err := base64.StdEncoding.DecodeString(got[0].data)
		if err != nil || !bytes.Equal(decoded, payload) {
			t.Fatalf("base64 %q: decoded %q, %v", payload, decoded, err)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`[{"a":1},"x\n",  [2]]`), uint16(5))
	f.Add([]byte("{\r\n \"k\" : 1.0e5\n}"), uint16(0x0201))
	f.Add([]byte(`["a,","",","]`), uint16(7))
	f.Fuzz(func(t *testing.T, body []byte, cut uint16) {
		stored, err := stream.FrameJSON(nil, body, false)
		if err != nil {
			return
		}
		got := parse(string(sse.AppendData(nil, sse.JSON, split(stored, cut))))
		if len(got) != 1 || got[0].kind != "data" {
			t.Fatalf("%q: got %q", body, got)
		}
		var messages []json.RawMessage
		if err := json.Unmarshal([]byte(got[0].data), &messages); err != nil {
			t.Fatalf("%q: %v in %q", body, err, got[0].data)
		}
		if len(messages) != stream.CountJSON(stored) {
			t.Fatalf("%q: %d messages, want %d", body, len(messages), stream.CountJSON(stored))
		}
	})
}

func TestControl(t *testing.T) {
	for _, c := range []struct {
		in   sse.Control
		want string
	}{
		{
			sse.Control{Next: 5, Cursor: 9},
			`{"streamNextOffset":"0000000000000000_0000000000000005","streamCursor":"9"}`,
		},
		{
			sse.Control{Next: 5, Cursor: 9, UpToDate: true},
			`{"streamNextOffset":"0000000000000000_0000000000000005","streamCursor":"9","upToDate":true}`,
		},
		{
			sse.Control{Next: 5, Cursor: 9, Closed: true},
			`{"streamNextOffset":"0000000000000000_0000000000000005","upToDate":true,"streamClosed":true}`,
		},
	} {
		if got := string(sse.AppendControl(nil, c.in)); got != "event: control\ndata:"+c.want+"\n\n" {
			t.Errorf("%+v:\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestUnfinished(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a": 0, "é": 0, "\xc3": 1, "a\xe2\x82": 2, "\xf0\x9f\x98": 3, "😀": 0,
		"\x80\x80\x80\x80": 0, "\xff": 0, "\xe2\x28": 0, "\xc3\xa9\xc3": 1, "\xf0": 1,
	} {
		if got := sse.Unfinished([]byte(text)); got != want {
			t.Errorf("Unfinished(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestEncodingOf(t *testing.T) {
	for contentType, want := range map[string]sse.Encoding{
		"text/plain": sse.Text, "TEXT/HTML; charset=utf-8": sse.Text, "application/json;charset=utf-8": sse.JSON,
		"application/octet-stream": sse.Base64, "application/ndjson": sse.Base64, "": sse.Base64,
	} {
		if got := sse.EncodingOf(contentType); got != want {
			t.Errorf("%q: %v, want %v", contentType, got, want)
		}
	}
}
