package protocol

import (
	"net/http"
	"strconv"
	"strings"

	"ursula/core/stream"
)

// Header names in the canonical form of net/http, under which the maps are
// accessed directly. Readers compare names without case.
const (
	hStreamTTL        = "Stream-Ttl"
	hStreamExpiresAt  = "Stream-Expires-At"
	hStreamSeq        = "Stream-Seq"
	hStreamCursor     = "Stream-Cursor"
	hStreamNextOffset = "Stream-Next-Offset"
	hStreamUpToDate   = "Stream-Up-To-Date"
	hStreamClosed     = "Stream-Closed"
	hForkedFrom       = "Stream-Forked-From"
	hForkOffset       = "Stream-Fork-Offset"
	hForkSubOffset    = "Stream-Fork-Sub-Offset"
	hSSEDataEncoding  = "Stream-Sse-Data-Encoding"
	hProducerID       = "Producer-Id"
	hProducerEpoch    = "Producer-Epoch"
	hProducerSeq      = "Producer-Seq"
	hProducerExpected = "Producer-Expected-Seq"
	hProducerReceived = "Producer-Received-Seq"
)

const (
	methods = "GET, HEAD, POST, PUT, DELETE, OPTIONS"

	requestHeaders = "Content-Type, Authorization, If-None-Match, Stream-TTL, Stream-Expires-At, " +
		"Stream-Seq, Stream-Closed, Stream-Forked-From, Stream-Fork-Offset, Stream-Fork-Sub-Offset, " +
		"Producer-Id, Producer-Epoch, Producer-Seq, Traceparent, Tracestate"

	responseHeaders = "Content-Type, ETag, Location, Retry-After, Stream-TTL, Stream-Expires-At, " +
		"Stream-Next-Offset, Stream-Cursor, Stream-Up-To-Date, Stream-Closed, Stream-SSE-Data-Encoding, " +
		"Producer-Epoch, Producer-Seq, Producer-Expected-Seq, Producer-Received-Seq"
)

// Values that never change, shared by all answers: assigning them to a header
// map allocates nothing. Nobody may modify them.
var (
	yes         = []string{"true"}
	noSniff     = []string{"nosniff"}
	crossOrigin = []string{"cross-origin"}
	noStore     = []string{"no-store"}
	noCache     = []string{"no-cache"}
	allow       = []string{methods}
	exposed     = []string{responseHeaders}
	soon        = []string{"1"} // Retry-After, in seconds
)

// commonHeaders are those that every answer carries.
type commonHeaders struct {
	origin []string
	page   []string // Cache-Control of a page
}

func newCommonHeaders(o *Options) commonHeaders {
	audience := "public"
	if o.Private {
		audience = "private"
	}
	return commonHeaders{
		origin: []string{o.Origin},
		page:   []string{audience + ", max-age=60, stale-while-revalidate=300"},
	}
}

// set puts the common headers. The CORS ones go to browsers, which say an
// Origin, and to everyone on GET, whose answers caches share.
func (c *commonHeaders) set(h http.Header, r *http.Request) {
	h["X-Content-Type-Options"] = noSniff
	h["Cross-Origin-Resource-Policy"] = crossOrigin
	if r.Method == http.MethodGet || r.Header["Origin"] != nil {
		h["Access-Control-Allow-Origin"] = c.origin
		h["Access-Control-Expose-Headers"] = exposed
	}
}

func (h *Handler) preflight(w http.ResponseWriter) {
	head := w.Header()
	head["Access-Control-Allow-Origin"] = h.headers.origin
	head["Access-Control-Allow-Methods"] = allow
	head["Access-Control-Allow-Headers"] = []string{requestHeaders}
	head["Access-Control-Max-Age"] = []string{"86400"}
	head["Allow"] = allow
	w.WriteHeader(http.StatusNoContent)
}

// header returns a request header's first value and whether it was sent at all.
func header(h http.Header, name string) (string, bool) {
	values := h[name]
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}

// wantsClosed reports whether the request says Stream-Closed: true. Other values
// count as absent.
func wantsClosed(h http.Header) bool {
	value, _ := header(h, hStreamClosed)
	return strings.EqualFold(value, "true")
}

func setOffset(h http.Header, position uint64) {
	h[hStreamNextOffset] = []string{stream.FormatOffset(position)}
}

func setUint(h http.Header, name string, value uint64) {
	h[name] = []string{strconv.FormatUint(value, 10)}
}

// maxInteger is the greatest integer that every client can represent: 2^53-1.
const maxInteger = 1<<53 - 1

// parseInteger reads a non-negative decimal integer up to most, without sign,
// leading zeros or anything else.
func parseInteger(text string, most uint64) (uint64, bool) {
	if text == "" || len(text) > 16 || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	var value uint64
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + uint64(c-'0')
	}
	if value > most {
		return 0, false
	}
	return value, true
}
