package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Lowest and Highest are the versions that this build speaks.
const (
	Lowest  = 1
	Highest = 1
)

// Magic is how each side begins.
const Magic = "URSN"

const (
	prefix         = 10      // magic, three bytes, a reserved one, a length
	maxHandshake   = 4 << 10 // of what follows the prefix
	maxIdentity    = 255     // of each of its strings
	maxReason      = 1 << 10
	statusWelcome  = 0
	statusRejected = 1
	recordOfTLS    = 0x16 // a handshake, followed by the version's first byte
	majorOfTLS     = 3
)

// Identity is who speaks.
type Identity struct {
	Cluster string // "" until the node is part of one
	Node    string
	Disk    string // of the data directory: another one means another memory
}

// Hello opens a connection; whoever dialed sends it.
type Hello struct {
	Lowest, Highest byte // versions that the sender speaks
	Class           byte // what the connection is for
	From            Identity
}

// Reply is the answer to a Hello. When it refuses, Reason says why, and the
// connection ends.
type Reply struct {
	Refused         bool
	Version         byte // that both speak from here on
	Lowest, Highest byte
	From            Identity
	Reason          string
}

// Choose returns the highest version that both sides speak, 0 for none.
func (h Hello) Choose(lowest, highest byte) byte {
	v := min(h.Highest, highest)
	if v < max(h.Lowest, lowest) {
		return 0
	}
	return v
}

// WriteTo implements io.WriterTo with a single write.
func (h Hello) WriteTo(w io.Writer) (int64, error) {
	f := fields{b: begin(h.Lowest, h.Highest, h.Class)}
	f.identity(&h.From)
	return finish(w, f.b)
}

// ReadHello reads a Hello and nothing behind it.
func ReadHello(r io.Reader) (h Hello, err error) {
	head, f, err := readHandshake(r)
	if err != nil {
		return Hello{}, fmt.Errorf("read hello: %w", err)
	}
	h.Lowest, h.Highest, h.Class = head[0], head[1], head[2]
	f.identity(&h.From)
	return h, f.err
}

// WriteTo implements io.WriterTo with a single write. A long reason is cut.
func (a Reply) WriteTo(w io.Writer) (int64, error) {
	status := byte(statusWelcome)
	if a.Refused {
		status = statusRejected
	}
	f := fields{b: begin(a.Lowest, a.Highest, status)}
	a.Reason = a.Reason[:min(len(a.Reason), maxReason)]
	f.reply(&a)
	return finish(w, f.b)
}

// ReadReply reads a Reply and nothing behind it.
func ReadReply(r io.Reader) (a Reply, err error) {
	head, f, err := readHandshake(r)
	if err != nil {
		return Reply{}, fmt.Errorf("read answer to hello: %w", err)
	}
	a.Lowest, a.Highest, a.Refused = head[0], head[1], head[2] != statusWelcome
	f.reply(&a)
	return a, f.err
}

func (f *fields) reply(a *Reply) {
	f.byte(&a.Version)
	f.identity(&a.From)
	f.string(&a.Reason)
}

func (f *fields) identity(i *Identity) {
	for _, s := range []*string{&i.Cluster, &i.Node, &i.Disk} {
		f.string(s)
		if len(*s) > maxIdentity {
			f.fail("identity")
		}
	}
}

func begin(a, b, c byte) []byte { return append([]byte(Magic), a, b, c, 0, 0, 0) }

func finish(w io.Writer, b []byte) (int64, error) {
	binary.LittleEndian.PutUint16(b[prefix-2:], uint16(len(b)-prefix))
	n, err := w.Write(b)
	return int64(n), err
}

// readHandshake returns the three bytes after the magic, and the fields. A later
// version may have more fields than this one looks at.
func readHandshake(r io.Reader) ([]byte, *fields, error) {
	head := make([]byte, prefix)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, nil, err
	}
	n := int(binary.LittleEndian.Uint16(head[prefix-2:]))
	if head[0] == recordOfTLS && head[1] == majorOfTLS {
		return nil, nil, fmt.Errorf("%w: the other side speaks TLS", ErrMalformed)
	}
	if string(head[:len(Magic)]) != Magic || n > maxHandshake {
		return nil, nil, fmt.Errorf("%w: this is not the port of a node", ErrMalformed)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, nil, err
	}
	return head[len(Magic):], &fields{b: body, reading: true}, nil
}
