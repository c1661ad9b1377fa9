package client

import (
	"errors"
	"testing"
)

func pages(s *Stream, t *testing.T) (all []byte, count int, last error) {
	for page, err := range s.Pages(t.Context(), Start) {
		if err != nil {
			return all, count, err
		}
		all = append(all, page.Data...)
		count++
	}
	return all, count, nil
}

func TestPagesStopAtTheTailAndSurviveCuts(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("abcdefgh"), pageSize: 3}
	f.cut = func(n int) int {
		if n%2 == 0 {
			return 1
		}
		return -1
	}
	got, count, err := pages(serve(t, f), t)
	if string(got) != "abcdefgh" || count != 3 || err != nil {
		t.Fatalf("%q in %d pages, %v", got, count, err)
	}
}

func TestPageThatGoesNowhereIsRefused(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("abc"), pageSize: 0}
	s := serve(t, f)
	for _, err := range s.Pages(t.Context(), Offset(f.offset(0))) {
		if !errors.Is(err, ErrProtocol) {
			t.Fatal(err)
		}
	}
}

func TestPageAboveTheBoundIsRefused(t *testing.T) {
	s := serve(t, &fake{mediaType: "text/plain", data: []byte("abcd"), pageSize: 4})
	s.maxBatch = 3
	if _, _, err := pages(s, t); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
}

func TestMessagesAreKeptByteForByte(t *testing.T) {
	got, err := Messages([]byte(`[{"b":1.0, "a":[1]},"x", 1e3]`))
	if err != nil || len(got) != 3 || string(got[0]) != `{"b":1.0, "a":[1]}` || string(got[2]) != "1e3" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := Messages([]byte("{}")); !errors.Is(err, ErrProtocol) {
		t.Fatal(err)
	}
}
