package lean

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// journal is a handler that writes down what it is asked.
type journal struct {
	mu   sync.Mutex
	seen []string
}

func (j *journal) serve(w http.ResponseWriter, r *http.Request) {
	var head strings.Builder
	_ = r.Header.Write(&head)
	body, err := io.ReadAll(r.Body)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seen = append(j.seen, fmt.Sprintf("%s %q %q %q %s %q %d %v %v\n%s\n%q %v", r.Method, r.RequestURI, r.URL.Path,
		r.URL.RawQuery, r.Proto, r.Host, r.ContentLength, r.TransferEncoding, r.Close, head.String(), body, err))
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer func() { j.seen = nil }()
	return j.seen
}

// FuzzServer: whatever a client says, and wherever it pauses, the handler sees
// the same requests from both servers, in the same order.
func FuzzServer(f *testing.F) {
	var j journal
	served, reference := start(f, j.serve), startReference(f, j.serve)
	for _, data := range plain() {
		f.Add([]byte(data), uint16(len(data)/2))
	}
	for name, data := range foreignRequests() {
		f.Add([]byte(post+data+post), uint16(len(post)+len(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte, pause uint16) {
		if strings.Contains(string(data), "PRI * HTTP/2.0") {
			return // another protocol, with a life of its own
		}
		cut := min(int(pause), len(data))
		speak(dial(t, served.lean.Foreign().Addr()), data[:cut], data[cut:])
		got := j.take()
		speak(dial(t, reference), data[:cut], data[cut:])
		if want := j.take(); !slices.Equal(got, want) {
			t.Errorf("%q: got\n%s\nwant\n%s", data, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// speak says all parts and waits for the end of the connection.
func speak(c *client, parts ...[]byte) {
	for _, part := range parts {
		_, _ = c.Write(part) // the server may have ended already
	}
	_ = c.CloseWrite()
	_, _ = io.Copy(io.Discard, c.in)
	_ = c.Close()
}
