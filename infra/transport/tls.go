package transport

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// TLSFiles are paths of PEM files. Files that changed are read again at the next
// look, at handshakes and every few seconds; connections that exist keep what they began with.
type TLSFiles struct {
	Cert string // this node's certificate, followed by intermediate ones
	Key  string
	CA   string // who signs nodes; whom it signed may be a peer
}

// lookAgain is how often the files are looked at while nobody connects, so that what
// is wrong with them is told to whoever has just replaced them.
const lookAgain = 2 * time.Second

// certificates hold what the files said when they last fitted together.
type certificates struct {
	files  TLSFiles
	logger *slog.Logger

	mu      sync.Mutex
	read    [3]os.FileInfo // what is held was read from these
	current *papers
	said    string // the complaint that was logged last; "" when there is none
}

func newCertificates(files *TLSFiles, logger *slog.Logger) (*certificates, error) {
	if files == nil {
		return nil, nil
	}
	c := &certificates{files: *files, logger: logger}
	_, err := c.look()
	return c, err
}

// watch looks at the files until ctx ends.
func (c *certificates) watch(ctx context.Context) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = c.look() // it has told what is wrong
		case <-ctx.Done():
			return
		}
	}
}

// look returns what the files say. While they are half replaced and do not fit
// together, what was read before goes on.
func (c *certificates) look() (*papers, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.renew()
	if c.current == nil {
		return nil, fmt.Errorf("transport: read TLS files: %w", err)
	}
	c.complain(err)
	return c.current, nil
}

// renew reads files that have changed. A node begins also with a certificate that is
// no good, which peers refuse: it need not be the only one. It is not exchanged for
// another one of that kind.
func (c *certificates) renew() error {
	found, err := c.files.stat()
	if err != nil || c.current != nil && same(found, c.read) {
		return err
	}
	fresh, err := c.files.load()
	if err != nil {
		return err
	}
	if c.current != nil {
		if err := fresh.fault(); err != nil {
			return err
		}
		c.logger.Info("read the TLS files again", "certificate", titled(fresh.own()), "until", fresh.own().NotAfter.UTC())
	}
	c.current, c.read = fresh, found
	return nil
}

// complain logs what is wrong, once for each complaint in a row.
func (c *certificates) complain(err error) {
	message, text := "TLS files cannot be used, going on with those read before", ""
	if err == nil {
		message, err = "peers refuse this node's certificate", c.current.fault()
	}
	if err != nil {
		text = message + err.Error()
	}
	if text != "" && text != c.said {
		c.logger.Warn(message, "error", err)
	}
	c.said = text
}

func (c *certificates) client(ctx context.Context, raw net.Conn) (net.Conn, *papers, error) {
	p, err := c.look()
	if err != nil {
		return nil, nil, err
	}
	secured, err := p.secure(ctx, tls.Client(raw, p.config))
	return secured, p, err
}

func (c *certificates) server(ctx context.Context, raw net.Conn) (net.Conn, error) {
	p, err := c.look()
	if err != nil {
		return nil, err
	}
	return p.secure(ctx, tls.Server(raw, p.config))
}
