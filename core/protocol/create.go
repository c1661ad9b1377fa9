package protocol

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// create serves PUT.
func (h *Handler) create(w http.ResponseWriter, r *http.Request, name stream.Name) error {
	c, err := createHeaders(r, name)
	if err != nil {
		return err
	}
	b, err := h.readBody(w, r)
	if err == nil {
		err = h.createBody(c, b, r)
	}
	if err != nil {
		b.release(true)
		return err
	}
	result, err := h.opts.Writer.Create(r.Context(), c)
	b.release(err == nil)
	if err != nil {
		h.fail(w, r, err, result)
		return nil
	}
	created(w, r, &result)
	return nil
}

func created(w http.ResponseWriter, r *http.Request, result *stream.Result) {
	head := w.Header()
	head["Content-Type"] = []string{result.Info.ContentType}
	setOffset(head, result.Next)
	if result.Closed {
		head[hStreamClosed] = yes
	}
	status := http.StatusOK
	if result.Created {
		head["Location"] = []string{location(r)}
		status = http.StatusCreated
	}
	w.WriteHeader(status)
}

// location is the stream's URL as its creator knows it, proxies included.
func location(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.EscapedPath()
}

func createHeaders(r *http.Request, name stream.Name) (c *stream.Command, err error) {
	c = &stream.Command{Op: stream.OpCreate, Name: name, Close: wantsClosed(r.Header)}
	if c.ContentType, err = parseContentType(r.Header); err != nil {
		return nil, err
	}
	if c.Lifetime, err = parseLifetime(r.Header); err != nil {
		return nil, err
	}
	if c.Fork, err = parseFork(r.Header); err != nil {
		return nil, err
	}
	switch {
	case c.Fork != nil:
		c.Fork.Inherits = c.Lifetime == stream.Forever()
	case c.ContentType == "":
		c.ContentType = stream.DefaultContentType
	}
	return c, nil
}

// createBody fills in the initial data. A fork that names no content type has
// its source's, which decides how its data is stored.
func (h *Handler) createBody(c *stream.Command, b *body, r *http.Request) error {
	if len(b.data) == 0 {
		return nil
	}
	if c.ContentType == "" {
		source, err := h.opts.Reader.Head(r.Context(), c.Fork.Source)
		if err != nil {
			return forkSourceError(err)
		}
		c.ContentType = source.ContentType
	}
	if stream.IsJSON(c.ContentType) {
		if err := b.frameJSON(r.Context(), true); err != nil {
			return err
		}
	}
	c.Data = b.data
	return nil
}

// maxTTL keeps an expiry, in milliseconds, a number that every client can
// represent.
const maxTTL = maxInteger / 1000

// parseLifetime reads Stream-TTL or Stream-Expires-At; both together are
// refused.
func parseLifetime(head http.Header) (stream.Lifetime, error) {
	life := stream.Forever()
	ttl, hasTTL := header(head, hStreamTTL)
	expires, hasExpires := header(head, hStreamExpiresAt)
	switch {
	case hasTTL && hasExpires:
		return life, fmt.Errorf("%w: Stream-TTL and Stream-Expires-At exclude each other", errHeader)
	case hasTTL:
		seconds, ok := parseInteger(ttl, maxTTL)
		if !ok {
			return life, fmt.Errorf("%w: Stream-TTL %.40q", errHeader, ttl)
		}
		life.TTL = int64(seconds)
	case hasExpires:
		at, err := time.Parse(time.RFC3339, strings.ToUpper(expires))
		if err != nil {
			return life, fmt.Errorf("%w: Stream-Expires-At %.40q", errHeader, expires)
		}
		life.ExpiresAt = max(at.UnixMilli(), 1) // 0 would mean none
	}
	return life, nil
}

// parseFork reads the fork headers; nil when the request makes no fork.
func parseFork(head http.Header) (*stream.Fork, error) {
	from, isFork := header(head, hForkedFrom)
	offset, hasOffset := header(head, hForkOffset)
	sub, hasSub := header(head, hForkSubOffset)
	if !isFork {
		if hasOffset || hasSub {
			return nil, fmt.Errorf("%w: fork offsets need Stream-Forked-From", errHeader)
		}
		return nil, nil
	}
	fork := &stream.Fork{Requested: store.CurrentTail}
	var err error
	if fork.Source, err = parseSource(from); err != nil {
		return nil, err
	}
	if hasOffset {
		if fork.Requested, err = stream.ParseOffset(offset); err != nil {
			return nil, err
		}
	}
	var ok bool
	if fork.Sub, ok = parseInteger(sub, maxInteger); hasSub && !ok {
		return nil, fmt.Errorf("%w: Stream-Fork-Sub-Offset %.40q", errHeader, sub)
	}
	if fork.Sub > 0 && !hasOffset {
		return nil, fmt.Errorf("%w: Stream-Fork-Sub-Offset needs Stream-Fork-Offset", errHeader)
	}
	return fork, nil
}

// parseSource reads the path of a fork's source: a URL path below Root, or the
// stream's path alone. Percent-encoding is undone once, as in request URLs.
func parseSource(from string) (stream.Name, error) {
	path, err := url.PathUnescape(strings.TrimPrefix(from, Root))
	if err != nil {
		return "", fmt.Errorf("%w: Stream-Forked-From %.80q", errHeader, from)
	}
	if first, _, _ := strings.Cut(path, "/"); first == reserved {
		return "", fmt.Errorf("%w: Stream-Forked-From %.80q is reserved", errHeader, from)
	}
	name, err := streamName(path)
	if err != nil {
		return "", fmt.Errorf("%w: Stream-Forked-From: %v", errHeader, err)
	}
	return name, nil
}

// forkSourceError turns what keeps a source from being read into what keeps it
// from being forked.
func forkSourceError(err error) error {
	if errors.Is(err, stream.ErrGone) {
		return stream.ErrForkConflict
	}
	return err
}
