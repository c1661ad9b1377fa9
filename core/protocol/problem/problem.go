// Package problem writes RFC 9457 problem documents: the body of every error
// answer of the server. It owns the document's shape and the headers that any
// error answer carries. It does not know which error leads to which problem;
// its callers do.
package problem

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// TypePrefix starts the type URI of every problem: the code follows it.
const TypePrefix = "urn:ursula:problem:"

// Problem describes one error answer. Status is an HTTP status code. Code is
// the stable, machine-readable name ("stream-closed"); Type is derived from it
// when empty, and Title from Status. Detail is a sentence about this occurrence
// and may be empty. Extra adds members to the document; it cannot replace the
// standard ones.
type Problem struct {
	Status int
	Type   string
	Title  string
	Detail string
	Code   string
	Extra  map[string]any
}

// Write answers with p. Headers that the caller set before stay, apart from
// those that describe a body: Content-Type, Content-Length, ETag and
// Cache-Control are replaced, because an error must not be cached as the
// resource. Each call writes one whole answer; a write error is the
// connection's and is not reported.
func Write(w http.ResponseWriter, p Problem) {
	body := p.encode()
	h := w.Header()
	h.Del("Etag")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

// encode returns the document. Keys come out sorted, so equal problems are
// equal bytes. Extra values that JSON cannot express are dropped with Extra.
func (p Problem) encode() []byte {
	document := maps.Clone(p.Extra)
	if document == nil {
		document = make(map[string]any, 5)
	}
	p.fill(document)
	body, err := json.Marshal(document)
	if err != nil {
		p.Extra = nil
		return p.encode()
	}
	return append(body, '\n')
}

func (p Problem) fill(document map[string]any) {
	document["status"] = p.Status
	document["type"] = p.typeURI()
	document["title"] = p.title()
	if p.Detail != "" {
		document["detail"] = p.Detail
	}
	if p.Code != "" {
		document["code"] = p.Code
	}
}

func (p Problem) typeURI() string {
	switch {
	case p.Type != "":
		return p.Type
	case p.Code != "":
		return TypePrefix + p.Code
	default:
		return "about:blank"
	}
}

func (p Problem) title() string {
	if p.Title != "" {
		return p.Title
	}
	return http.StatusText(p.Status)
}
