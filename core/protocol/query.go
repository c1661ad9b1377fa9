package protocol

import (
	"fmt"
	"net/url"
	"strings"

	"ursula/core/stream"
)

// mode is how a reader reads.
type mode uint8

const (
	catchUp mode = iota
	longPoll
	events
)

// query is what the protocol takes from a URL's query.
type query struct {
	mode      mode
	from      uint64
	now       bool
	hasOffset bool
	cursor    uint64 // 0 when absent or not a cursor of ours
}

// parseQuery reads the query of a GET. Unknown parameters are ignored; an offset
// or mode that is repeated, empty or malformed is refused.
func parseQuery(raw string) (query, error) {
	var q query
	var seenLive bool
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		key, value, _ := strings.Cut(pair, "=")
		var err error
		switch unescaped(key) {
		case "offset":
			if q.hasOffset {
				return q, fmt.Errorf("%w: offset is given twice", errParameter)
			}
			q.hasOffset = true
			err = q.setOffset(value)
		case "live":
			if seenLive {
				return q, fmt.Errorf("%w: live is given twice", errParameter)
			}
			seenLive = true
			err = q.setMode(value)
		case "cursor":
			q.cursor, _ = parseInteger(unescaped(value), maxInteger)
		}
		if err != nil {
			return q, err
		}
	}
	if q.mode != catchUp && !q.hasOffset {
		return q, fmt.Errorf("%w: live needs an offset", errParameter)
	}
	return q, nil
}

func (q *query) setOffset(value string) error {
	switch value = unescaped(value); value {
	case "-1":
	case "now":
		q.now = true
	default:
		var err error
		q.from, err = stream.ParseOffset(value)
		return err
	}
	return nil
}

func (q *query) setMode(value string) error {
	switch value = unescaped(value); value {
	case "long-poll":
		q.mode = longPoll
	case "sse":
		q.mode = events
	default:
		return fmt.Errorf("%w: live=%.20q", errParameter, value)
	}
	return nil
}

// unescaped undoes percent-encoding. What is encoded badly stays as it is and
// fails later, where it matters.
func unescaped(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
