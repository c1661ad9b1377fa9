package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// TLSFiles are paths of PEM files. Files that changed are read again at the next
// handshake; connections that exist keep what they began with.
type TLSFiles struct {
	Cert string // this node's certificate, followed by intermediate ones
	Key  string
	CA   string // who signs nodes; whom it signed may be a peer
}

// certificates hold what the files said when they were last readable.
type certificates struct {
	files  TLSFiles
	logger *slog.Logger

	mu      sync.Mutex
	read    [3]time.Time // modification times of what is held
	current *tls.Config
}

func newCertificates(files *TLSFiles, logger *slog.Logger) (*certificates, error) {
	if files == nil {
		return nil, nil
	}
	c := &certificates{files: *files, logger: logger}
	_, err := c.config()
	return c, err
}

func (c *certificates) client(ctx context.Context, raw net.Conn) (net.Conn, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return secured(ctx, tls.Client(raw, config))
}

func (c *certificates) server(ctx context.Context, raw net.Conn) (net.Conn, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	return secured(ctx, tls.Server(raw, config))
}

func secured(ctx context.Context, conn *tls.Conn) (net.Conn, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return conn, nil
}

// config returns the configuration of both sides. While files are half replaced
// and do not fit together, the one before goes on.
func (c *certificates) config() (*tls.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, err := c.modified()
	if err == nil && c.current != nil && now == c.read {
		return c.current, nil
	}
	var fresh *tls.Config
	if err == nil {
		fresh, err = c.files.load()
	}
	switch {
	case err == nil:
		c.current, c.read = fresh, now
	case c.current == nil:
		return nil, fmt.Errorf("transport: read TLS files: %w", err)
	default:
		c.logger.Warn("TLS files cannot be read, going on with those read before", "error", err)
	}
	return c.current, nil
}

func (c *certificates) modified() (times [3]time.Time, err error) {
	for i, path := range []string{c.files.Cert, c.files.Key, c.files.CA} {
		info, err := os.Stat(path)
		if err != nil {
			return times, err
		}
		times[i] = info.ModTime()
	}
	return times, nil
}

// load asks for a certificate on both sides and has each verified against the
// CA. Names in it are not looked at: a node is known by its id, which the
// handshake tells, and its address may change.
func (f TLSFiles) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(f.CA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", f.CA)
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{pair},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, // verified below, but for the name
		SessionTicketsDisabled: true,
		VerifyConnection:       func(s tls.ConnectionState) error { return verify(roots, s.PeerCertificates) },
	}, nil
}

func verify(roots *x509.CertPool, chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errors.New("peer has no certificate")
	}
	o := x509.VerifyOptions{
		Roots: roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(o)
	return err
}
