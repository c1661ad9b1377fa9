package protocol

import (
	"strings"
	"testing"
	"time"
)

func TestCreate(t *testing.T) {
	s := serve(t, nil)
	r := s.create("a%20b/c", "text/plain; charset=utf-8", "hello")
	s.expect(r, 201, "Location", s.http.URL+Root+"a%20b/c",
		"Content-Type", "text/plain; charset=utf-8", hStreamNextOffset, offset(5), hStreamClosed, "")
	s.expect(s.do("PUT", "a%20b%2Fc", "", "Content-Type", "TEXT/plain"), 200, "Location", "", hStreamNextOffset, offset(5))
	s.expect(s.do("PUT", "default", ""), 201, "Content-Type", "application/octet-stream")
	s.expect(s.do("PUT", "done", "x", "Stream-Closed", "TRUE"), 201, hStreamClosed, "true")
	s.expect(s.do("PUT", "json", " [] ", "Content-Type", "application/json"), 201, hStreamNextOffset, offset(0))
}

func TestLifetimes(t *testing.T) {
	s := serve(t, nil)
	s.create("ttl", "text/plain", "", "Stream-TTL", "3600")
	s.expect(s.do("HEAD", "ttl", ""), 200, hStreamTTL, "3600", hStreamExpiresAt, "", "Cache-Control", "no-store")
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	s.create("at", "text/plain", "", "Stream-Expires-At", at.In(time.FixedZone("", 7200)).Format(time.RFC3339Nano))
	r := s.do("HEAD", "at", "")
	if got, err := time.Parse(time.RFC3339, r.header.Get(hStreamExpiresAt)); err != nil || !got.Equal(at) {
		t.Errorf("expires at %v, want %v: %v", got, at, err)
	}
	s.expect(r, 200, hStreamTTL, "")
}

func TestAppend(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "")
	s.expect(s.do("POST", "s", "ab", "Content-Type", "Text/Plain"), 204, hStreamNextOffset, offset(2), hProducerSeq, "")
	producer := []string{"Content-Type", "text/plain", "Producer-Id", "p", "Producer-Epoch", "3", "Producer-Seq", "0"}
	s.expect(s.do("POST", "s", "cd", producer...), 200, hProducerEpoch, "3", hProducerSeq, "0", hStreamNextOffset, offset(4))
	s.expect(s.do("POST", "s", "cd", producer...), 204, hProducerEpoch, "3", hProducerSeq, "0", hStreamNextOffset, offset(4))
	s.expect(s.do("POST", "s", "", "Stream-Closed", "true", "Content-Type", "image/png"), 204, hStreamClosed, "true")
	s.expect(s.do("POST", "s", "", "Stream-Closed", "true"), 204, hStreamClosed, "true", hStreamNextOffset, offset(4))
	s.expect(s.do("POST", "s", "ef", "Content-Type", "text/plain"), 409, hStreamClosed, "true", hStreamNextOffset, offset(4))
	if got := s.do("GET", "s", "").body; got != "abcd" {
		t.Errorf("stored %q", got)
	}
}

func TestCloseOnlyByProducer(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "")
	s.expect(s.do("POST", "s", "", "Stream-Closed", "true", "Producer-Id", "p", "Producer-Epoch", "0", "Producer-Seq", "0"),
		204, hStreamClosed, "true", hProducerEpoch, "0", hProducerSeq, "0")
}

func TestForks(t *testing.T) {
	s := serve(t, nil)
	s.create("json source", "application/json", "[1,2,3]")
	for path, headers := range map[string][]string{
		"[1,\n2,\n3]":       {"Stream-Forked-From", "/v1/stream/json%20source"},
		"[1,\n2]":           {"Stream-Forked-From", "json%20source", "Stream-Fork-Offset", offset(0), "Stream-Fork-Sub-Offset", "2"},
		"[1,\n2,\n3,\n[4]]": {"Stream-Forked-From", "/v1/stream/json%20source", "body", "[[4]]"},
	} {
		name := strings.NewReplacer("\n", "", "[", "", "]", "").Replace(path)
		body := ""
		if len(headers) > 2 && headers[2] == "body" {
			body, headers = headers[3], headers[:2]
		}
		s.expect(s.do("PUT", name, body, headers...), 201, "Content-Type", "application/json")
		s.expect(s.do("PUT", name, "", headers...), 200)
		if got := s.do("GET", name, "").body; got != path {
			t.Errorf("%s: read %q, want %q", name, got, path)
		}
	}
}

func TestDelete(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "x")
	s.do("PUT", "fork", "", "Stream-Forked-From", "/v1/stream/s")
	s.expect(s.do("DELETE", "s", ""), 204)
	for _, method := range []string{"GET", "DELETE"} {
		s.expect(s.do(method, "s", ""), 410)
	}
	s.expect(s.do("PUT", "s", ""), 409)
	s.expect(s.do("DELETE", "fork", ""), 204)
	s.expect(s.do("GET", "s", ""), 404)
}
