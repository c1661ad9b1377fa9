package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"ursula/infra/transport/wire"
)

// explain adds to the error of a handshake what whoever reads it can look after.
func (p *papers) explain(err error) error {
	var foreign tls.RecordHeaderError
	switch {
	case errors.As(err, &foreign):
		return fmt.Errorf("the other side is no node, or a node without TLS: %w", err)
	case errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("the other side hung up, perhaps because it is without TLS: %w", err)
	}
	return p.refused(err)
}

// refused explains that the other side does not take this node's certificate. To the
// side that dialed it says so after the handshake, in place of an answer.
func (p *papers) refused(err error) error {
	var far *net.OpError
	if !errors.As(err, &far) || far.Op != "remote error" || !strings.Contains(far.Error(), "certificate") {
		return err
	}
	return fmt.Errorf("the other side refuses certificate %s of %s, and tells its log why: %w", titled(p.own()), p.files.Cert, far)
}

// wantsTLS tells a node that came without TLS why it is turned away. It hears nothing
// about this node.
func wantsTLS(conn io.Writer, err error) {
	var foreign tls.RecordHeaderError
	if errors.As(err, &foreign) && bytes.HasPrefix(foreign.RecordHeader[:], []byte(wire.Magic)) {
		a := wire.Reply{Lowest: wire.Lowest, Highest: wire.Highest, Refused: true, Reason: "connections to this node need TLS"}
		_, _ = a.WriteTo(conn) // it is refused in any case
	}
}
