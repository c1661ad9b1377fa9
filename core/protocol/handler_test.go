package protocol

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

func TestRefusals(t *testing.T) {
	s := serve(t, func(o *Options) { o.MaxBody = 100 })
	s.create("text", "text/plain", "hello")
	s.create("json", "application/json", "[1]")
	long := strings.Repeat("x", 101)
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"empty segment", "GET", "a//b", "", nil, 400, "invalid-path"},
		{"no path", "GET", "", "", nil, 400, "invalid-path"},
		{"trailing slash", "GET", "a/", "", nil, 400, "invalid-path"},
		{"dot segment", "GET", "a/%2e%2E/b", "", nil, 400, "invalid-path"},
		{"control character", "GET", "a%00", "", nil, 400, "invalid-path"},
		{"long path", "GET", strings.Repeat("x", 1022), "", nil, 414, "path-too-long"},
		{"method", "PATCH", "text", "", nil, 405, "method-not-allowed"},
		{"control", "GET", "__ds/x", "", nil, 404, "not-found"},
		{"encoded control", "GET", "__ds%2Fx", "", nil, 404, "not-found"},
		{"no stream", "GET", "none", "", nil, 404, "stream-not-found"},

		{"offset with a comma", "GET", "text?offset=0,1", "", nil, 400, "invalid-offset"},
		{"empty offset", "GET", "text?offset=", "", nil, 400, "invalid-offset"},
		{"offset twice", "GET", "text?offset=-1&offset=-1", "", nil, 400, "invalid-parameter"},
		{"offset in two spellings", "GET", "text?offset=-1&%6Fffset=-1", "", nil, 400, "invalid-parameter"},
		{"badly encoded offset", "GET", "text?offset=%zz", "", nil, 400, "invalid-offset"},
		{"offset beyond the tail", "GET", "text?offset=" + offset(6), "", nil, 400, "offset-beyond-tail"},
		{"live without offset", "GET", "text?live=sse", "", nil, 400, "invalid-parameter"},
		{"unknown live", "GET", "text?offset=-1&live=yes", "", nil, 400, "invalid-parameter"},

		{"no content type", "POST", "text", "x", nil, 400, "invalid-header"},
		{"bad content type", "POST", "text", "x", []string{"Content-Type", "text"}, 400, "invalid-header"},
		{"other content type", "POST", "text", "x", []string{"Content-Type", "text/html"}, 409, "content-type-mismatch"},
		{"empty body", "POST", "text", "", []string{"Content-Type", "text/plain"}, 400, "empty-body"},
		{"closed is not true", "POST", "text", "", []string{"Stream-Closed", "yes"}, 400, "empty-body"},
		{"long body", "POST", "text", long, []string{"Content-Type", "text/plain"}, 413, "body-too-large"},
		{"invalid JSON", "POST", "json", "{", []string{"Content-Type", "application/json"}, 400, "invalid-json"},
		{"empty array", "POST", "json", " [ ] ", []string{"Content-Type", "application/json"}, 400, "empty-array"},
		{"producer without seq", "POST", "text", "x", []string{"Content-Type", "text/plain", "Producer-Id", "p", "Producer-Epoch", "0"}, 400, "invalid-header"},
		{"large epoch", "POST", "text", "x", []string{"Content-Type", "text/plain", "Producer-Id", "p", "Producer-Epoch", "9007199254740992", "Producer-Seq", "0"}, 400, "invalid-header"},
		{"seq with a zero in front", "POST", "text", "x", []string{"Content-Type", "text/plain", "Producer-Id", "p", "Producer-Epoch", "0", "Producer-Seq", "00"}, 400, "invalid-header"},
		{"long Stream-Seq", "POST", "text", "x", []string{"Content-Type", "text/plain", "Stream-Seq", strings.Repeat("s", 257)}, 400, "invalid-header"},

		{"TTL and expiry", "PUT", "new", "", []string{"Stream-TTL", "1", "Stream-Expires-At", "2030-01-01T00:00:00Z"}, 400, "invalid-header"},
		{"TTL with a zero in front", "PUT", "new", "", []string{"Stream-TTL", "01"}, 400, "invalid-header"},
		{"TTL beyond what clients can count", "PUT", "new", "", []string{"Stream-TTL", "9007199254741"}, 400, "invalid-header"},
		{"expiry without zone", "PUT", "new", "", []string{"Stream-Expires-At", "2030-01-01T00:00:00"}, 400, "invalid-header"},
		{"other configuration", "PUT", "text", "", []string{"Content-Type", "text/html"}, 409, "stream-exists"},
		{"fork of nothing", "PUT", "new", "", []string{"Stream-Forked-From", "/v1/stream/none"}, 404, "stream-not-found"},
		{"fork beyond the tail", "PUT", "new", "", []string{"Stream-Forked-From", "/v1/stream/text", "Stream-Fork-Offset", offset(6)}, 400, "offset-beyond-tail"},
		{"fork from a bad path", "PUT", "new", "", []string{"Stream-Forked-From", "/v1/stream/a//b"}, 400, "invalid-header"},
		{"fork from control", "PUT", "new", "", []string{"Stream-Forked-From", "/v1/stream/__ds/x"}, 400, "invalid-header"},
		{"fork offset without source", "PUT", "new", "", []string{"Stream-Fork-Offset", offset(0)}, 400, "invalid-header"},
		{"sub-offset without offset", "PUT", "new", "", []string{"Stream-Forked-From", "/v1/stream/text", "Stream-Fork-Sub-Offset", "1"}, 400, "invalid-header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := s.do(c.method, c.path, c.body, c.headers...)
			if r.status != c.status || !strings.Contains(r.body, `"code":"`+c.code+`"`) {
				t.Errorf("%d %s, want %d %s", r.status, r.body, c.status, c.code)
			}
			s.expect(r, c.status,
				"Content-Type", "application/problem+json", "Cache-Control", "no-store", "Location", "",
				"X-Content-Type-Options", "nosniff", "Cross-Origin-Resource-Policy", "cross-origin")
		})
	}
}

// Every row of the table of errors is what a client gets, wrapped or not.
func TestAnswers(t *testing.T) {
	s := serve(t, nil)
	var fail error
	s.store.Before = func(string, stream.Name) error { return fail }
	for _, a := range append(answers[:], answer{errors.New("secret"), 500, "internal"}) {
		fail = fmt.Errorf("group 7: %w", a.err)
		r := s.do("POST", "s", "x", "Content-Type", "text/plain")
		if r.status != a.status || !strings.Contains(r.body, `"code":"`+a.code+`"`) {
			t.Errorf("%v: %d %s", a.err, r.status, r.body)
		}
		if retry := r.header.Get("Retry-After") != ""; retry != (a.status == 503 || a.status == 429) {
			t.Errorf("%v: Retry-After %v", a.err, retry)
		}
		if strings.Contains(r.body, "secret") {
			t.Errorf("an internal error is told: %s", r.body)
		}
	}
}

func TestProducerErrorsExplain(t *testing.T) {
	s := serve(t, nil)
	refused := &stream.ProducerError{Epoch: 4, Expected: 7, Received: 9}
	s.store.Before = func(string, stream.Name) error { return refused }
	refused.Err = stream.ErrStaleEpoch
	s.expect(s.do("POST", "s", "x", "Content-Type", "text/plain"), 403, hProducerEpoch, "4", hProducerExpected, "")
	refused.Err = stream.ErrSequenceGap
	s.expect(s.do("POST", "s", "x", "Content-Type", "text/plain"), 409,
		hProducerExpected, "7", hProducerReceived, "9", hProducerEpoch, "")
}

func TestTooManyWaiters(t *testing.T) {
	hub := tail.NewHub(tail.Options{Watches: 1})
	defer hub.Close()
	s := serve(t, func(o *Options) { o.Tails = hub })
	s.create("s", "text/plain", "")
	w, err := hub.Watch("v1/other")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, mode := range []string{"sse", "long-poll"} {
		s.expect(s.do("GET", "s?offset=-1&live="+mode, ""), 429, "Retry-After", "1")
	}
}

// A chunked body that is longer than the limit is refused, and one that breaks
// off is not stored.
func TestChunkedBodies(t *testing.T) {
	s := serve(t, func(o *Options) { o.MaxBody = 10_000 })
	s.create("s", "text/plain", "")
	post := func(n int, end error) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(strings.Repeat("x", n)), errorReader{end})
		req, err := http.NewRequest("POST", s.http.URL+Root+"s", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "text/plain")
		return s.http.Client().Do(req)
	}
	for n, status := range map[int]int{10_000: 204, 10_001: 413, 9_000: 204} {
		res, err := post(n, io.EOF)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%d bytes: %d, want %d", n, res.StatusCode, status)
		}
	}
	if res, err := post(5, errors.New("cable pulled")); err == nil {
		res.Body.Close()
		t.Errorf("a broken body got %d", res.StatusCode)
	}
	s.expect(s.do("HEAD", "s", ""), 200, hStreamNextOffset, offset(19_000))
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// When all of the budget is held, a body waits for its turn and then gives up.
func TestBodiesInFlight(t *testing.T) {
	s := serve(t, func(o *Options) { o.InFlight, o.BodyWait = 10, 1 })
	s.create("s", "text/plain", "")
	if !s.h.bodies.TryAcquire(8) {
		t.Fatal("the budget is not free")
	}
	s.expect(s.do("POST", "s", "12345", "Content-Type", "text/plain"), 503, "Retry-After", "1")
	s.h.bodies.Release(8)
	s.expect(s.do("POST", "s", "12345", "Content-Type", "text/plain"), 204)
	s.expect(s.do("POST", "s", strings.Repeat("x", 50), "Content-Type", "text/plain"), 204)
	if !s.h.bodies.TryAcquire(10) {
		t.Error("the budget was not given back")
	}
}

func TestPreflight(t *testing.T) {
	s := serve(t, nil)
	r := s.do("OPTIONS", "s", "", "Origin", "https://example.com", "Access-Control-Request-Method", "POST")
	s.expect(r, 204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", methods)
	allowed := strings.ToLower(r.header.Get("Access-Control-Allow-Headers"))
	for _, name := range []string{
		"Content-Type", "If-None-Match", hStreamTTL, hStreamExpiresAt, hStreamSeq, hStreamClosed,
		hForkedFrom, hForkOffset, hForkSubOffset, hProducerID, hProducerEpoch, hProducerSeq,
	} {
		if !strings.Contains(allowed, strings.ToLower(name)) {
			t.Errorf("%s is not allowed", name)
		}
	}
}

func TestControlHandler(t *testing.T) {
	s := serve(t, func(o *Options) {
		o.Control = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	})
	s.expect(s.do("GET", "__ds/jwks.json", ""), 418, "X-Content-Type-Options", "nosniff")
	s.expect(s.do("OPTIONS", "__ds/subscriptions/a", ""), 204, "Access-Control-Allow-Methods", methods)
	s.expect(s.do("GET", "a/__ds", ""), 404)
}

func TestUnknownOutcomeIsRetryable(t *testing.T) {
	s := serve(t, nil)
	s.store.Before = func(string, stream.Name) error {
		return fmt.Errorf("%w: leadership was lost", store.ErrUnavailable)
	}
	s.expect(s.do("POST", "s", "x", "Content-Type", "text/plain"), 503, "Retry-After", "1")
}
