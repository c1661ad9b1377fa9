package objecthttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// get sends an object or a span of it, and only its size to a HEAD request.
func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	part, ok := parseSpan(r.Header.Get("Range"))
	if !ok {
		s.fail(w, r, errRange)
		return
	}
	object, err := s.bucket.Stat(r.Context(), r.PathValue("key"))
	switch {
	case err != nil:
		s.fail(w, r, err)
	case r.Method == http.MethodHead:
		w.Header().Set(sizeHeader, strconv.FormatInt(object.Size, 10))
	case part.whole():
		s.send(w, r, http.StatusOK, span{0, object.Size})
	case part.from >= object.Size:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", object.Size))
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
	default:
		part.to = min(part.to, object.Size)
		w.Header().Set("Content-Range", part.contentRange(object.Size))
		s.send(w, r, http.StatusPartialContent, part)
	}
}

// send sends a span that the object has. Where an error ends it there is no
// digest, so that the client cannot take it for complete.
func (s *Server) send(w http.ResponseWriter, r *http.Request, status int, part span) {
	header := w.Header()
	header.Set("Trailer", digestHeader)
	header.Set("Content-Type", "application/octet-stream")
	w.WriteHeader(status)
	sum, err := s.stream(r.Context(), w, r.PathValue("key"), part)
	if err != nil {
		s.log.Debug("sending an object failed", "path", r.URL.Path, "err", err)
		return
	}
	header.Set(digestHeader, formatDigest(sum))
}

// stream writes a span piece by piece, each as soon as the client took the one
// before, and returns its checksum.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, key string, part span) (uint32, error) {
	control, sum := http.NewResponseController(w), newDigest()
	out := io.MultiWriter(sum, w)
	piece := make([]byte, min(pieceSize, part.to-part.from))
	for at := part.from; at < part.to; at += int64(len(piece)) {
		piece = piece[:min(int64(len(piece)), part.to-at)]
		if _, err := s.bucket.Get(ctx, key, piece, at); err != nil {
			return 0, err
		}
		if err := control.SetWriteDeadline(time.Now().Add(s.idle)); err != nil {
			return 0, err
		}
		if _, err := out.Write(piece); err != nil {
			return 0, err
		}
	}
	return sum.Sum32(), nil
}
