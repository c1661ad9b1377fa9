package lean

import (
	"net"
	"strconv"
)

const lastChunk = "0\r\n\r\n"

// sendWhole sends a response all of which is collected. A copy is cheaper than a
// second piece here.
func (w *response) sendWhole() {
	if w.declared == unknown && allowsBody(w.status) && !(w.noBody && w.written == 0) {
		w.declared = w.written
	}
	w.settle(nil)
	if !w.noBody {
		w.head = append(w.head, w.body...)
	}
	w.write(w.head)
	w.release()
}

// send sends what is collected, followed by p. From the first time on the body
// goes out as it is written.
func (w *response) send(p []byte) {
	if w.sent {
		w.sendPart(p)
		return
	}
	w.chunked = w.declared == unknown && allowsBody(w.status) && !w.noBody
	w.settle(p)
	w.sent = true
	if w.noBody {
		w.write(w.head)
	} else {
		w.write(w.head, w.frame(w.body, p)...)
	}
	w.release()
}

func (w *response) sendPart(p []byte) {
	if !w.noBody {
		w.write(nil, w.frame(p)...)
	}
}

// frame puts parts into one chunk, if the body is chunked.
func (w *response) frame(parts ...[]byte) [][]byte {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if !w.chunked || size == 0 {
		return parts
	}
	head := append(strconv.AppendInt(nil, int64(size), 16), "\r\n"...)
	return append(append([][]byte{head}, parts...), []byte("\r\n"))
}

// settle completes the head. Before that it takes what the handler left of the
// request's body: a client may not read before all of it is sent.
func (w *response) settle(p []byte) {
	w.last = w.last || !w.conn.dropBody() || w.conn.server.isDraining()
	w.encodeRest(p)
}

// write writes head and parts, and the first error ends all writing.
func (w *response) write(head []byte, parts ...[]byte) {
	if w.err != nil {
		return
	}
	if len(parts) == 0 {
		_, w.err = w.conn.out.Write(head)
		return
	}
	all := make(net.Buffers, 0, len(parts)+1)
	for _, part := range append([][]byte{head}, parts...) {
		if len(part) > 0 {
			all = append(all, part)
		}
	}
	_, w.err = all.WriteTo(w.conn.out)
}

// release gives the blocks back.
func (w *response) release() {
	w.conn.server.blocks.putSlice(w.head)
	w.conn.server.blocks.putSlice(w.body)
	w.head, w.body = nil, nil
}
