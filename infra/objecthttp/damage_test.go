package objecthttp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ursula/core/bucket"
	"ursula/core/vfs/faultfs"
	"ursula/infra/objecthttp"
)

// damaged is a connection that spoils the first run of a's that it carries.
type damaged struct {
	net.Conn
	spoil func([]byte) ([]byte, error)
}

func (d damaged) Read(p []byte) (int, error) {
	n, err := d.Conn.Read(p)
	if rest, spoiled := d.spoil(p[:n]); spoiled != nil {
		return len(rest), spoiled
	}
	return n, err
}

func (d damaged) Write(p []byte) (int, error) {
	rest, spoiled := d.spoil(bytes.Clone(p))
	n, err := d.Conn.Write(rest)
	return n, errors.Join(err, spoiled)
}

var errCut = errors.New("connection cut")

// flip inverts a bit in the middle of an object.
func flip(p []byte) ([]byte, error) {
	if i := bytes.Index(p, bytes.Repeat([]byte("a"), 100)); i >= 0 {
		p[i+50] ^= 1
	}
	return p, nil
}

// cut breaks the connection off in the middle of an object.
func cut(p []byte) ([]byte, error) {
	if i := bytes.Index(p, bytes.Repeat([]byte("a"), 100)); i >= 0 {
		return p[:i+50], errCut
	}
	return p, nil
}

// TestDamagedTransfers spoils an object on its way there, and on its way back.
func TestDamagedTransfers(t *testing.T) {
	content := strings.Repeat("a", 1_000_000)
	for name, spoil := range map[string]func([]byte) ([]byte, error){"flip": flip, "cut": cut} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, objecthttp.ServerOptions{})
			c := client(t, func(ctx context.Context, peer string) (net.Conn, error) {
				conn, err := s.dial(ctx, peer)
				return damaged{conn, spoil}, err
			})
			if err := put(t, c, "g/a.x", content); err == nil {
				t.Error("a damaged object was taken")
			}
			if _, err := s.local.Stat(t.Context(), "g/a.x"); !errors.Is(err, bucket.ErrNotFound) {
				t.Errorf("it is there: %v", err)
			}
			if err := s.local.Put(t.Context(), "g/a.x", []byte(content)); err != nil {
				t.Fatal(err)
			}
			n, err := c.Get(t.Context(), "2", "g/a.x", make([]byte, len(content)), 0)
			if n != 0 || err == nil || name == "flip" && !errors.Is(err, objecthttp.ErrDigest) {
				t.Errorf("read %d bytes, %v", n, err)
			}
		})
	}
}

// TestBadRequests is what no client of ours sends.
func TestBadRequests(t *testing.T) {
	s := serve(t, objecthttp.ServerOptions{MaxObject: 10})
	if err := s.local.Put(t.Context(), "g/a.x", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string]string{
		request("PUT", "g/b.x", "", "abc"):                                                            "400",
		request("PUT", "g/b.x", "Object-Size: -3\r\n", "abc"):                                         "400",
		request("PUT", "g/b.x", "Object-Size: 11\r\n", "abc"):                                         "413",
		request("PUT", "g/b.x~1", "Object-Size: 3\r\n", "abc"):                                        "400",
		strings.ReplaceAll(request("PUT", "g/b.x", "Object-Size: 3\r\n", "abc"), "Nks", "AAA"):        "400",
		"PUT /v1/objects/g/b.x HTTP/1.1\r\nHost: 2\r\nObject-Size: 3\r\nContent-Length: 3\r\n\r\nabc": "400",
		"GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nRange: bytes=1-\r\n\r\n":                        "400",
		"GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nRange: bytes=2-1\r\n\r\n":                       "400",
		"GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nRange: bytes=0-1,2-3\r\n\r\n":                   "400",
		"GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nRange: bytes=3-3\r\n\r\n":                       "416",
		"GET /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\n\r\n":                                           "200",
		"POST /v1/objects/g/a.x HTTP/1.1\r\nHost: 2\r\nContent-Length: 0\r\n\r\n":                     "405",
		"GET /other HTTP/1.1\r\nHost: 2\r\n\r\n":                                                      "404",
	} {
		raw, err := s.dial(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		go io.WriteString(raw, sent)
		if got := answer(t, raw); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
			t.Errorf("%q\nis answered %q, want %s", sent, got, want)
		}
		raw.Close()
	}
	if _, err := s.local.Stat(t.Context(), "g/b.x"); !errors.Is(err, bucket.ErrNotFound) {
		t.Errorf("something was stored: %v", err)
	}
}

// request is a message with a chunked body and its digest.
func request(method, key, header, body string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli)))
	return fmt.Sprintf("%s /v1/objects/%s HTTP/1.1\r\nHost: 2\r\n%sTransfer-Encoding: chunked\r\nTrailer: Content-Digest\r\n\r\n"+
		"%x\r\n%s\r\n0\r\nContent-Digest: crc32c=:%s:\r\n\r\n", method, key, header, len(body), body, base64.StdEncoding.EncodeToString(sum))
}

// answer reads a response and returns its first line and its body.
func answer(t *testing.T, conn net.Conn) string {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s\n%s", r.Proto, r.Status, body)
}

// sleepOnce delays the first operation of a disk.
func sleepOnce(d time.Duration) func(faultfs.Op, string) {
	var once sync.Once
	return func(faultfs.Op, string) { once.Do(func() { time.Sleep(d) }) }
}
