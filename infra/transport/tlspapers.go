package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// papers are what the files said together at one time.
type papers struct {
	files       TLSFiles
	config      *tls.Config         // of both sides
	chain       []*x509.Certificate // this node's certificate first
	authorities []*x509.Certificate
	roots       *x509.CertPool // the authorities
}

// newPapers has both sides ask for a certificate and verify it against the CA. Names in
// it are not looked at: a node is known by its id, which the handshake tells, and its
// address may change.
func newPapers(files TLSFiles, pair tls.Certificate, chain, authorities []*x509.Certificate) *papers {
	p := &papers{files: files, chain: chain, authorities: authorities, roots: x509.NewCertPool()}
	for _, a := range authorities {
		p.roots.AddCert(a)
	}
	p.config = &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{pair},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, // verified below, but for the name
		SessionTicketsDisabled: true,
		VerifyConnection:       func(s tls.ConnectionState) error { return p.verify(s.PeerCertificates) },
	}
	return p
}

func (p *papers) own() *x509.Certificate { return p.chain[0] }

// fault says why peers with the same CA will refuse this node.
func (p *papers) fault() error {
	if err := p.verify(p.chain); err != nil {
		return fmt.Errorf("%s: %w", p.files.Cert, err)
	}
	return nil
}

var errNamelessPeer = errors.New("peer has no certificate")

func (p *papers) verify(chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errNamelessPeer
	}
	o := x509.VerifyOptions{
		Roots: p.roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	if _, err := chain[0].Verify(o); err != nil {
		return fmt.Errorf("certificate %s: %w", titled(chain[0]), p.reason(err, chain))
	}
	return nil
}

// reason names the file, and leaves out the time of day, which x509 tells: with it each
// attempt would fail for another reason, and be logged.
func (p *papers) reason(err error, chain []*x509.Certificate) error {
	var invalid x509.CertificateInvalidError
	var unsigned x509.UnknownAuthorityError
	switch {
	case errors.As(err, &unsigned):
		return fmt.Errorf("it is signed by nobody who is in %s, but by %s", p.files.CA, chain[len(chain)-1].Issuer)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%s %s", p.whose(invalid.Cert, chain[0]), outOfTime(invalid.Cert))
	}
	return err
}

// whose names a certificate unless it is the one of which all is said.
func (p *papers) whose(c, known *x509.Certificate) string {
	switch {
	case c == known:
		return "it"
	case slices.ContainsFunc(p.authorities, c.Equal):
		return fmt.Sprintf("its issuer %s in %s", titled(c), p.files.CA)
	}
	return "its issuer " + titled(c)
}

func outOfTime(c *x509.Certificate) string {
	if time.Now().Before(c.NotBefore) {
		return "is not valid before " + c.NotBefore.UTC().Format(time.RFC3339)
	}
	return "has expired at " + c.NotAfter.UTC().Format(time.RFC3339)
}

// titled is how logs speak of a certificate.
func titled(c *x509.Certificate) string {
	return fmt.Sprintf("%q (serial %x)", c.Subject, c.SerialNumber)
}

func (p *papers) secure(ctx context.Context, conn *tls.Conn) (net.Conn, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("TLS: %w", p.explain(err))
	}
	return conn, nil
}
