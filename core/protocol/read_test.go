package protocol

import (
	"bytes"
	"strings"
	"testing"

	"ursula/core/stream"
)

func TestCatchUp(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "hello")
	r := s.do("GET", "s?offset="+offset(2)+"&unknown=%zz;x", "")
	s.expect(r, 200, "Content-Type", "text/plain", hStreamNextOffset, offset(5), hStreamUpToDate, "true",
		hStreamClosed, "", "Etag", `"1:2:5"`, "Cache-Control", "public, max-age=60, stale-while-revalidate=300",
		"Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", responseHeaders)
	if r.body != "llo" {
		t.Errorf("read %q", r.body)
	}
	s.push("s", "", "", true)
	s.expect(s.do("GET", "s?offset=-1", ""), 200, "Etag", `"1:0:5:c"`, hStreamClosed, "true")
	s.expect(s.do("GET", "s?offset="+offset(5), ""), 200, "Etag", `"1:5:5:c"`, hStreamClosed, "true", "Content-Length", "0")
}

func TestPrivatePages(t *testing.T) {
	s := serve(t, func(o *Options) { o.Private, o.Origin = true, "https://app.example" })
	s.create("s", "text/plain", "x")
	s.expect(s.do("GET", "s", ""), 200, "Cache-Control", "private, max-age=60, stale-while-revalidate=300",
		"Access-Control-Allow-Origin", "https://app.example")
}

// "Nothing yet" must not stick in a cache.
func TestEmptyPageIsRevalidated(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "x")
	s.expect(s.do("GET", "s?offset="+offset(1), ""), 200, "Cache-Control", "no-cache", "Etag", `"1:1:1"`)
	s.expect(s.do("GET", "s?offset="+offset(1), "", "If-None-Match", `"1:1:1"`), 304, hStreamNextOffset, offset(1), hStreamUpToDate, "true")
	s.push("s", "text/plain", "y", false)
	s.expect(s.do("GET", "s?offset="+offset(1), "", "If-None-Match", `"1:1:1"`), 200)
}

func TestNow(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "x")
	s.create("j", "application/json", "[1]")
	s.expect(s.do("GET", "s?offset=now", ""), 200, "Cache-Control", "no-store", "Etag", "",
		hStreamNextOffset, offset(1), hStreamUpToDate, "true", "Content-Length", "0")
	if got := s.do("GET", "j?offset=now", "").body; got != "[]" {
		t.Errorf("read %q", got)
	}
}

// A JSON page is an array, numbers and key order as they came, and pages end
// between messages, also around one that is larger than a page.
func TestJSONPages(t *testing.T) {
	s := serve(t, nil)
	s.create("j", "application/json", `[{"b":1.0e2,"a":"é\n"},"`+strings.Repeat("x", maxPage+9)+`"]`)
	s.do("POST", "j", "[[1,2]]", "Content-Type", "application/json")
	var pages []string
	for next, last := "-1", ""; last == ""; {
		r := s.do("GET", "j?offset="+next, "")
		next, last = r.header.Get(hStreamNextOffset), r.header.Get(hStreamUpToDate)
		pages = append(pages, r.body)
	}
	if len(pages) < 2 || pages[0] != `[{"b":1.0e2,"a":"é\n"}]` || !strings.HasSuffix(pages[len(pages)-1], "[1,2]]") {
		t.Fatalf("%d pages, first %.60q", len(pages), pages[0])
	}
}

// An offset that a client made up may leave less than a message's end.
func TestJSONFromInsideAMessagesEnd(t *testing.T) {
	s := serve(t, nil)
	s.create("j", "application/json", "[12]")
	for from, want := range map[uint64]string{1: "[2]", 2: "[]", 3: "[]", 4: "[]"} {
		if got := s.do("GET", "j?offset="+offset(from), "").body; got != want {
			t.Errorf("read %q from %d, want %q", got, from, want)
		}
	}
}

func TestPagesAreBounded(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "application/octet-stream", "")
	want := bytes.Repeat([]byte("0123456789abcdef"), (2*maxPage+160)/16)
	for rest := want; len(rest) > 0; rest = rest[min(100_000, len(rest)):] {
		s.push("s", "application/octet-stream", string(rest[:min(100_000, len(rest))]), false)
	}
	s.push("s", "", "", true)
	var got []byte
	for next := "-1"; ; {
		r := s.do("GET", "s?offset="+next, "")
		got = append(got, r.body...)
		if len(r.body) > maxPage {
			t.Fatalf("a page of %d bytes", len(r.body))
		}
		if (r.header.Get(hStreamClosed) == "true") != (len(got) == len(want)) {
			t.Fatalf("closed at %d of %d", len(got), len(want))
		}
		if len(got) == len(want) {
			break
		}
		next = r.header.Get(hStreamNextOffset)
	}
	if !bytes.Equal(got, want) {
		t.Error("read something else than was written")
	}
}

func TestMatches(t *testing.T) {
	const tag = `"1:0:5"`
	for lines, want := range map[string]bool{
		`"1:0:5"`: true, `W/"1:0:5"`: true, `*`: true, ` * `: true, `"x", "1:0:5"`: true, `"x",W/"1:0:5" , "y"`: true,
		`"a,b","1:0:5"`: true, "\"x\"|\"1:0:5\"": true,
		``: false, `1:0:5`: false, `"1:0:5`: false, `"1:0:5:c"`: false, `w/"1:0:5"`: false, `*, "x"`: false,
		`"x" "1:0:5"`: true, `x, "1:0:5"`: false,
	} {
		if got := matches(strings.Split(lines, "|"), tag); got != want {
			t.Errorf("matches(%q) = %v, want %v", lines, got, want)
		}
	}
}

func FuzzMatches(f *testing.F) {
	f.Add(`W/"a", "b"`, "a")
	f.Add(`*`, "1:0:5:c")
	f.Fuzz(func(t *testing.T, list, tag string) {
		if strings.ContainsAny(tag, "\"") {
			return
		}
		tag = `"` + tag + `"`
		if matches([]string{list}, tag) && !strings.Contains(list, tag) && !strings.Contains(list, "*") {
			t.Errorf("%q matches %q", list, tag)
		}
		if !matches([]string{`"other", W/` + tag}, tag) {
			t.Errorf("%q does not match itself in a list", tag)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "offset=-1", "offset=now&live=sse&cursor=12", "offset=" + offset(7) + "&live=long-poll",
		"%6Fffset=%2D1", "offset=+1", "&&=&live", "cursor=99999999999999999999", "offset=%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw)
		if err != nil {
			if status := answerTo(err).status; status != 400 {
				t.Errorf("%q: status %d", raw, status)
			}
			return
		}
		if q.mode != catchUp && !q.hasOffset || q.now && q.from != 0 || q.from > stream.MaxOffset || q.cursor > maxInteger {
			t.Errorf("%q: %+v", raw, q)
		}
	})
}

func FuzzInteger(f *testing.F) {
	for _, seed := range []string{"0", "1", "007", "9007199254740991", "9007199254740992", "-1", "1e3", "+1", "", "18446744073709551616"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, ok := parseInteger(text, maxInteger)
		if ok && (value > maxInteger || text != strings.TrimLeft(text, "+-. ") || len(text) > 1 && text[0] == '0') {
			t.Errorf("%q is taken for %d", text, value)
		}
	})
}

func FuzzSource(f *testing.F) {
	for _, seed := range []string{"/v1/stream/a", "a/b", "/v1/stream/a%20b", "%2e%2e/x", "/v1/stream//", "__ds/x", "%5f_ds"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, from string) {
		name, err := parseSource(from)
		if err != nil {
			return
		}
		path := name.Path()
		if strings.HasPrefix(path+"/", "__ds/") || strings.ContainsAny(path, "\r\n\x00") || strings.Contains("/"+path+"/", "/../") {
			t.Errorf("%q gives %q", from, name)
		}
	})
}
