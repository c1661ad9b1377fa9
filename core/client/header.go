package client

import (
	"net/http"
	"strings"
)

// Headers of the protocol, in canonical form.
const (
	headerNext         = "Stream-Next-Offset"
	headerUpToDate     = "Stream-Up-To-Date"
	headerClosed       = "Stream-Closed"
	headerCursor       = "Stream-Cursor"
	headerTTL          = "Stream-Ttl"
	headerExpiresAt    = "Stream-Expires-At"
	headerSeq          = "Stream-Seq"
	headerEncoding     = "Stream-Sse-Data-Encoding"
	headerProducerID   = "Producer-Id"
	headerEpoch        = "Producer-Epoch"
	headerProducerSeq  = "Producer-Seq"
	headerExpectedSeq  = "Producer-Expected-Seq"
	headerContentType  = "Content-Type"
	headerRetryAfter   = "Retry-After"
	headerAcceptCoding = "Accept-Encoding"
)

// says reports whether a header of the protocol has the value true; any other value means nothing.
func says(h http.Header, name string) bool {
	return strings.EqualFold(h.Get(name), "true")
}

func next(h http.Header) Offset { return Offset(h.Get(headerNext)) }
