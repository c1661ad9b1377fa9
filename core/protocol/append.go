package protocol

import (
	"fmt"
	"net/http"

	"ursula/core/stream"
)

// Limits of header values.
const (
	maxProducerID  = 256
	maxStreamSeq   = 256
	maxContentType = 256
)

// append serves POST: append, append and close, or close.
func (h *Handler) append(w http.ResponseWriter, r *http.Request, name stream.Name) error {
	c := stream.Command{Op: stream.OpAppend, Name: name, Close: wantsClosed(r.Header)}
	if err := appendHeaders(&c, r.Header); err != nil {
		return err
	}
	b, err := h.readBody(w, r)
	if err == nil {
		err = appendBody(&c, b, r)
	}
	if err != nil {
		b.release(true)
		return err
	}
	result, err := h.opts.Writer.Append(r.Context(), &c)
	b.release(err == nil)
	if err != nil {
		h.fail(w, r, err, result)
		return nil
	}
	h.appended(w, &c, &result)
	return nil
}

func appendHeaders(c *stream.Command, head http.Header) (err error) {
	if c.Producer, err = parseProducer(head); err != nil {
		return err
	}
	seq, found := header(head, hStreamSeq)
	if found && (seq == "" || len(seq) > maxStreamSeq) {
		return fmt.Errorf("%w: Stream-Seq has 1 to %d bytes", errHeader, maxStreamSeq)
	}
	c.Seq = seq
	return nil
}

// appendBody fills in data and content type. A request that only closes has no
// data, and its content type says nothing.
func appendBody(c *stream.Command, b *body, r *http.Request) error {
	if len(b.data) == 0 {
		if !c.Close {
			return errEmptyBody
		}
		return nil
	}
	contentType, err := parseContentType(r.Header)
	if err != nil {
		return err
	}
	if contentType == "" {
		return fmt.Errorf("%w: Content-Type is missing", errHeader)
	}
	c.ContentType = contentType
	if stream.IsJSON(contentType) {
		if err := b.frameJSON(r.Context(), false); err != nil {
			return err
		}
	}
	c.Data = b.data
	return nil
}

// appended answers a successful append. With producer headers 200 means new
// data and 204 that there was none; without, 204 is all there is.
func (h *Handler) appended(w http.ResponseWriter, c *stream.Command, result *stream.Result) {
	head := w.Header()
	setOffset(head, result.Next)
	if result.Closed {
		head[hStreamClosed] = yes
	}
	status := http.StatusNoContent
	if c.Producer.ID != "" {
		setUint(head, hProducerEpoch, result.Producer.Epoch)
		setUint(head, hProducerSeq, result.Producer.Seq)
		if len(c.Data) > 0 && !result.Duplicate {
			status = http.StatusOK
		}
	}
	w.WriteHeader(status)
}

// parseProducer reads the producer tuple, of which a request has all or nothing.
func parseProducer(head http.Header) (p stream.Producer, err error) {
	id, hasID := header(head, hProducerID)
	epoch, hasEpoch := header(head, hProducerEpoch)
	seq, hasSeq := header(head, hProducerSeq)
	if !hasID && !hasEpoch && !hasSeq {
		return p, nil
	}
	if !hasID || !hasEpoch || !hasSeq {
		return p, fmt.Errorf("%w: Producer-Id, Producer-Epoch and Producer-Seq go together", errHeader)
	}
	if id == "" || len(id) > maxProducerID {
		return p, fmt.Errorf("%w: Producer-Id has 1 to %d bytes", errHeader, maxProducerID)
	}
	var ok [2]bool
	p.ID = id
	p.Epoch, ok[0] = parseInteger(epoch, maxInteger)
	p.Seq, ok[1] = parseInteger(seq, maxInteger)
	if !ok[0] || !ok[1] {
		return stream.Producer{}, fmt.Errorf("%w: Producer-Epoch and Producer-Seq are integers from 0 to 2^53-1", errHeader)
	}
	return p, nil
}

// parseContentType returns the request's content type as it was given, "" when
// there is none.
func parseContentType(head http.Header) (string, error) {
	contentType, _ := header(head, "Content-Type")
	if contentType == "" {
		return "", nil
	}
	if len(contentType) > maxContentType || !isMediaType(stream.MediaType(contentType)) {
		return "", fmt.Errorf("%w: Content-Type %.60q", errHeader, contentType)
	}
	return contentType, nil
}

// isMediaType reports whether text is two tokens with a slash between them.
func isMediaType(text string) bool {
	slashes := 0
	for i, c := range []byte(text) {
		switch {
		case c == '/' && i > 0 && i < len(text)-1:
			slashes++
		case c <= ' ' || c >= 0x7f || c == '/' || c == '"' || c == ',' || c == '(' || c == ')':
			return false
		}
	}
	return slashes == 1
}
