package bench

import (
	"fmt"
	"strings"
)

// field is one line of a request's head.
type field struct{ name, value string }

// request builds a whole HTTP/1.1 request.
func request(method, host, path string, body []byte, fields ...field) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, host)
	for _, f := range fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	if body != nil || method == "POST" || method == "PUT" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	return append([]byte(b.String()), body...)
}

func contentType(value string) field { return field{"Content-Type", value} }

// digits is a place in a request that holds a decimal number, right-aligned and padded
// with spaces on its left, so that the number can grow without moving anything. Before
// a header's value spaces mean nothing to HTTP.
type digits []byte

// seqWidth is room for a sequence number of any run.
const seqWidth = 12

// set writes n in place.
func (d digits) set(n uint64) {
	for i := len(d) - 1; i >= 0; i-- {
		if n == 0 && i < len(d)-1 {
			d[i] = ' '
			continue
		}
		d[i] = byte('0' + n%10)
		n /= 10
	}
}

// producerFields returns the headers of an idempotent producer, with room for its sequence number.
func producerFields() []field {
	return []field{
		{"Producer-Id", "bench"},
		{"Producer-Epoch", "0"},
		{seqHeader, strings.Repeat(" ", seqWidth-1) + "0"},
	}
}

const seqHeader = "Producer-Seq"

// seqPlace finds the digits of the sequence number in a request built with producerFields.
func seqPlace(req []byte) digits {
	at := strings.Index(string(req), seqHeader+": ") + len(seqHeader+": ")
	return digits(req[at : at+seqWidth])
}
