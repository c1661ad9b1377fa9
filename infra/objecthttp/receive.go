package objecthttp

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"time"
)

// put receives an object and stores it. The client waits for the go-ahead that
// the first read of the body gives, so that nothing is sent before there is
// room for it.
func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	size, err := s.size(r)
	if err == nil {
		err = s.admit(r.Context())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer func() { <-s.receivers }()
	content, err := s.receive(w, r, size)
	if err == nil {
		err = s.bucket.Put(r.Context(), r.PathValue("key"), content)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// size returns the size that the client announced, if it is acceptable.
func (s *Server) size(r *http.Request) (int64, error) {
	size, err := strconv.ParseUint(r.Header.Get(sizeHeader), 10, 62)
	if err != nil {
		return 0, errSize
	}
	if int64(size) > s.max {
		return 0, errLarge
	}
	return int64(size), nil
}

// admit waits for one of the receivers, but not for so long that the client takes
// this server for dead.
func (s *Server) admit(ctx context.Context) error {
	timer := time.NewTimer(s.idle / 2)
	defer timer.Stop()
	select {
	case s.receivers <- struct{}{}:
		return nil
	case <-timer.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receive reads a body of size bytes and verifies it.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, size int64) ([]byte, error) {
	body := &patient{body: r.Body, control: http.NewResponseController(w), idle: s.idle}
	content := make([]byte, size)
	_, err := io.ReadFull(body, content)
	if err == nil {
		_, err = io.ReadFull(body, make([]byte, 1))
		if err == io.EOF {
			return content, errors.Join(body.end(), checkDigest(r.Trailer, crc32.Checksum(content, castagnoli)))
		}
	}
	if err == nil || err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errSize
	}
	return nil, err
}

// patient reads a body for as long as there is progress.
type patient struct {
	body    io.Reader
	control *http.ResponseController
	idle    time.Duration
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(time.Now().Add(p.idle)); err != nil {
		return 0, err
	}
	return p.body.Read(b[:min(len(b), pieceSize)])
}

// end lifts the deadline: the connection is read on while the object is stored,
// to learn whether the client goes away.
func (p *patient) end() error { return p.control.SetReadDeadline(time.Time{}) }
