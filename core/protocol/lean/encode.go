package lean

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// encode begins the head: the status line and the handler's fields, apart from
// those that frame the message.
func (w *response) encode() {
	w.head = w.conn.server.blocks.get()[:0]
	w.head = appendStatusLine(w.head, w.status)
	w.dated = w.header["Date"] != nil
	w.typed = w.header["Content-Type"] != nil || w.header.Get("Content-Encoding") != ""
	for name, values := range w.header {
		switch name {
		case "Content-Length":
			w.declare(values)
			continue
		case "Transfer-Encoding":
			continue
		case "Connection":
			w.last = w.last || slices.ContainsFunc(values, isClose)
			continue
		case "Content-Type":
			if w.status == http.StatusNotModified {
				continue
			}
		}
		w.head = appendField(w.head, name, values)
	}
}

func isClose(value string) bool { return strings.EqualFold(value, "close") }

func (w *response) declare(values []string) {
	if !allowsBody(w.status) || len(values) == 0 {
		return
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || n < 0 {
		w.conn.server.log.Warn("handler declares an invalid length", "length", values[0])
		return
	}
	w.declared = n
}

// encodeRest adds what depends on the body, which begins with what is collected
// and then p, and what depends on the connection.
func (w *response) encodeRest(p []byte) {
	switch {
	case w.declared != unknown:
		w.head = append(w.head, "Content-Length: "...)
		w.head = strconv.AppendInt(w.head, w.declared, 10)
		w.head = append(w.head, "\r\n"...)
	case w.chunked:
		w.head = append(w.head, "Transfer-Encoding: chunked\r\n"...)
	}
	w.sniff(p)
	if w.last {
		w.head = append(w.head, "Connection: close\r\n"...)
	}
	if !w.dated {
		w.head = append(w.head, w.conn.server.date.line()...)
	}
	w.head = append(w.head, "\r\n"...)
}

// sniff adds the content type that the body seems to have, unless the handler
// said one or encoded the body.
func (w *response) sniff(p []byte) {
	const enough = 512
	if w.typed || w.written == 0 {
		return
	}
	sample := append(slices.Clip(w.body), p[:min(len(p), enough)]...)
	w.head = appendField(w.head, "Content-Type", []string{http.DetectContentType(sample)})
}

func appendStatusLine(b []byte, status int) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	if text := http.StatusText(status); text != "" {
		b = append(b, text...)
	} else {
		b = strconv.AppendInt(append(b, "status code "...), int64(status), 10)
	}
	return append(b, "\r\n"...)
}

// appendField adds a line for each value. A name that is none is left out, and
// no value can begin a line of its own.
func appendField(b []byte, name string, values []string) []byte {
	if name == "" || !consistsOf(name, isTokenByte) {
		return b
	}
	for _, value := range values {
		b = append(append(b, name...), ": "...)
		b = appendValue(b, value)
		b = append(b, "\r\n"...)
	}
	return b
}

func appendValue(b []byte, value string) []byte {
	if strings.ContainsAny(value, "\r\n") {
		value = strings.NewReplacer("\r", " ", "\n", " ").Replace(value)
	}
	return append(b, strings.Trim(value, " \t")...)
}
