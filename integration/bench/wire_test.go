package bench

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func reading(text string) *conn {
	return &conn{in: bufio.NewReaderSize(iotest.OneByteReader(strings.NewReader(text)), readBuffer)}
}

func TestResponsesAreReadToTheirEnd(t *testing.T) {
	cases := map[string]struct {
		text string
		want head
		body string
	}{
		"no content": {
			"HTTP/1.1 204 No Content\r\nStream-Next-Offset: o1\r\nStream-Up-To-Date: true\r\n\r\n",
			head{status: 204, next: "o1", atTail: true}, "",
		},
		"length": {
			"HTTP/1.1 200 OK\r\ncontent-length:  3\r\nConnection: close\r\n\r\nabc",
			head{status: 200, length: 3, closes: true}, "abc",
		},
		"chunks and trailers": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nstream-sse-data-encoding: base64\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: x\r\n\r\n",
			head{status: 200, length: -1, chunked: true, base64: true}, "abc",
		},
		"empty": {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", head{status: 404}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			conn := reading(c.text + "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
			h, err := conn.receive()
			if err != nil || h != c.want {
				t.Fatalf("head %+v, %v", h, err)
			}
			if body, err := io.ReadAll(conn.body(h)); err != nil || string(body) != c.body {
				t.Fatalf("body %q, %v", body, err)
			}
			if h, err := conn.receive(); err != nil || h.status != 201 {
				t.Fatalf("the response behind it: %+v, %v", h, err)
			}
		})
	}
}

func TestAResponseCutOffIsAnError(t *testing.T) {
	for _, whole := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
	} {
		for at := range whole {
			conn := reading(whole[:at])
			h, err := conn.receive()
			if err == nil {
				_, err = io.ReadAll(conn.body(h))
			}
			if err == nil || (errors.Is(err, io.EOF) && at > len("HTTP/1.1 200 OK\r\n")) {
				t.Fatalf("cut at %d of %q: %v", at, whole, err)
			}
		}
	}
}

func TestWhatIsNotHTTPIsRefused(t *testing.T) {
	for _, text := range []string{"SSH-2.0-x\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 abc\r\n", "HTTP 200\r\n\r\n"} {
		if h, err := reading(text).receive(); err == nil {
			t.Errorf("%q was read as %+v", text, h)
		}
	}
}

func TestDigitsHoldAnyNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := digits(make([]byte, seqWidth))
		for _, n := range rapid.SliceOfN(rapid.Uint64Range(0, 999_999_999_999), 1, 4).Draw(t, "numbers") {
			d.set(n)
			if got := strings.TrimLeft(string(d), " "); got != plain(n) || len(d) != seqWidth {
				t.Fatalf("%d is written as %q", n, d)
			}
		}
	})
}

// plain is the plain notation of n, found another way than digits does.
func plain(n uint64) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return plain(n/10) + plain(n%10)
}

func TestSequenceNumberIsPatchedInPlace(t *testing.T) {
	req := request("POST", "h:1", "/p", []byte("Producer-Seq: body"), producerFields()...)
	before := len(req)
	seqPlace(req).set(42)
	if len(req) != before || !strings.Contains(string(req), "\r\nProducer-Seq:           42\r\n") || !strings.HasSuffix(string(req), "\r\n\r\nProducer-Seq: body") {
		t.Fatalf("%q", req)
	}
}

func TestExchangeSendsTheRequestAndDropsTheBody(t *testing.T) {
	client, server := net.Pipe()
	defer server.Close()
	go func() {
		buf := make([]byte, 64)
		n, _ := server.Read(buf)
		_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: "+string(rune('0'+n))+"\r\n\r\n"+string(buf[:n]))
	}()
	c := &conn{net: client, in: bufio.NewReaderSize(client, readBuffer)}
	defer c.close()
	if h, err := c.exchange([]byte("hello")); err != nil || h.length != 5 || c.in.Buffered() != 0 {
		t.Fatalf("%+v, %v", h, err)
	}
}
