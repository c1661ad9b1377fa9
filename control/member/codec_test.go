package member_test

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"ursula/control/member"
)

// The golden files are what clusters and nodes of version 1 have stored and sent.
// A change of them is another format.
func TestGoldenFilesAreStillRead(t *testing.T) {
	r := roster(t, func(r member.Roster) (member.Roster, error) {
		return r.Replace("2", member.Peer{ID: "2", Address: "[::1]:5437"}, time.Unix(1, 0))
	})
	text, err := r.Encode()
	golden(t, "roster.v1.json", text, err)
	read, err := member.DecodeRoster(text)
	if err != nil || !reflect.DeepEqual(read, *r) {
		t.Errorf("read %+v, %v", read, err)
	}

	h := part("1", r)
	text, err = h.Encode()
	golden(t, "hello.v1.json", text, err)
	hello, err := member.DecodeHello(text)
	if err != nil || !reflect.DeepEqual(hello, h) {
		t.Errorf("read %+v, %v", hello, err)
	}
}

func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := "testdata/" + name
	if *rewrite {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(want)) != string(got) {
		t.Errorf("%s: %v\ngot %s", name, err, got)
	}
}

func TestWhatIsNoRosterIsRefused(t *testing.T) {
	const head = `{"format":1,"cluster":"c","groups":8,"version":1,"members":`
	const one = `{"id":"1","address":"a:1","state":"active","since":"2026-01-01T00:00:00Z"}`
	for name, text := range map[string]string{
		"nothing":            ``,
		"later format":       `{"format":2}`,
		"no format":          `{"cluster":"c","groups":8,"members":[]}`,
		"no cluster":         `{"format":1,"groups":8}`,
		"no groups":          `{"format":1,"cluster":"c"}`,
		"id twice":           head + `[` + one + `,` + strings.Replace(one, "a:1", "b:1", 1) + `]}`,
		"address twice":      head + `[` + one + `,` + strings.Replace(one, `"1"`, `"2"`, 1) + `]}`,
		"bad id":             head + `[` + strings.Replace(one, `"1"`, `"a b"`, 1) + `]}`,
		"no id":              head + `[` + strings.Replace(one, `"1"`, `""`, 1) + `]}`,
		"no port":            head + `[` + strings.Replace(one, "a:1", "a", 1) + `]}`,
		"port 0":             head + `[` + strings.Replace(one, "a:1", "a:0", 1) + `]}`,
		"no host":            head + `[` + strings.Replace(one, "a:1", ":1", 1) + `]}`,
		"unknown state":      head + `[` + strings.Replace(one, "active", "asleep", 1) + `]}`,
		"successor too soon": head + `[` + strings.Replace(one, `"since"`, `"successor":{"address":"b:1"},"since"`, 1) + `]}`,
		"too large":          head + strings.Repeat(" ", member.MaxEncoded) + `[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := member.DecodeRoster([]byte(text)); err == nil {
				t.Errorf("read as %+v", r)
			}
		})
	}
	if _, err := member.DecodeRoster([]byte(head + `[` + one + `]}`)); err != nil {
		t.Errorf("the example is refused too: %v", err)
	}
	if _, err := member.ParsePeer("4:127.0.0.1"); !errors.Is(err, member.ErrInvalid) {
		t.Errorf("peer: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"roster.v1.json", "hello.v1.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := member.DecodeRoster(data); err == nil {
			if _, err := r.Encode(); err != nil {
				t.Errorf("read and not written: %v", err)
			}
		}
		_, _ = member.DecodeHello(data)
	})
}
