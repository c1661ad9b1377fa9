package natsd

import (
	"errors"
	"fmt"
	"io"
)

// preambleVersion is the first byte of a tunnel. The length of the id follows,
// and the id of the node that opened the tunnel. NATS speaks after that.
const preambleVersion = 1

var errPreamble = errors.New("natsd: bad preamble of a tunnel")

func writePreamble(w io.Writer, id string) error {
	_, err := w.Write(append([]byte{preambleVersion, byte(len(id))}, id...))
	return err
}

func readPreamble(r io.Reader) (id string, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", fmt.Errorf("%w: %w", errPreamble, err)
	}
	if head[0] != preambleVersion || head[1] == 0 || head[1] > maxNodeID {
		return "", fmt.Errorf("%w: % x", errPreamble, head)
	}
	name := make([]byte, head[1])
	if _, err := io.ReadFull(r, name); err != nil {
		return "", fmt.Errorf("%w: %w", errPreamble, err)
	}
	return string(name), nil
}
