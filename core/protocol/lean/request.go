package lean

import (
	"context"
	"net/http"
	"net/url"
)

// request turns heads into http.Requests, one after another on one connection.
// Clients repeat themselves: a line that is the same as in the request before is
// not read again, and its strings are used again.
type request struct {
	blank  *http.Request // as every request begins; brings the context along
	shown  http.Request  // what the handler is given
	header http.Header
	url    url.URL
	target target
	fields []field // in their order; beyond the current ones lie older ones
}

// start prepares for a connection's first request.
func (r *request) start(ctx context.Context, remote string) {
	blank := http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: remote}
	r.blank = blank.WithContext(ctx)
	r.header = make(http.Header)
}

// parse reads the head at the beginning of data: size bytes, with a body of
// length bytes to follow. It returns errIncomplete when data is a beginning of a
// plain head, and errForeign when it is not.
func (r *request) parse(data []byte) (size, length int, err error) {
	line, rest, err := cutLine(data)
	if err != nil {
		return 0, 0, err
	}
	if len(line) == 0 || string(line) != r.target.line {
		var ok bool
		if r.target, ok = parseTarget(line); !ok {
			r.target = target{}
			return 0, 0, errForeign
		}
	}
	r.reset()
	if rest, length, err = r.parseFields(rest); err != nil {
		return 0, 0, err
	}
	return len(data) - len(rest), length, nil
}

// reset makes the request what its line says.
func (r *request) reset() {
	clear(r.header)
	r.url = url.URL{Path: r.target.path, RawQuery: r.target.query}
	r.shown = *r.blank
	r.shown.Method = r.target.method
	r.shown.RequestURI = r.target.uri
	r.shown.URL = &r.url
	r.shown.Header = r.header
}

// parseFields reads field lines up to the empty one that ends the head.
func (r *request) parseFields(head []byte) (rest []byte, size int, err error) {
	for i := 0; ; i++ {
		var line []byte
		if line, head, err = cutLine(head); err != nil {
			return head, 0, err
		}
		if len(line) == 0 {
			break
		}
		f := r.field(i, line)
		if f == nil || !r.add(f) {
			return head, 0, errForeign
		}
		if f.purpose == length {
			size = f.length
		}
	}
	if r.shown.Host == "" {
		return head, 0, errForeign
	}
	return head, size, nil
}

// field returns the i-th field, from the request before when it is the same.
// It returns nil for one that is not plain.
func (r *request) field(i int, line []byte) *field {
	if i < len(r.fields) && string(line) == r.fields[i].line {
		return &r.fields[i]
	}
	f, ok := parseField(line)
	if !ok || i >= maxFields {
		return nil
	}
	if i == len(r.fields) {
		r.fields = append(r.fields, f)
	} else {
		r.fields[i] = f
	}
	return &r.fields[i]
}

// add puts a field into the header, where each name occurs once. The host has a
// place of its own.
func (r *request) add(f *field) bool {
	if f.purpose == host {
		first := r.shown.Host == ""
		r.shown.Host = f.value[0]
		return first
	}
	before := len(r.header)
	r.header[f.name] = f.value[:]
	return len(r.header) > before
}
