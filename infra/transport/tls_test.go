package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ursula/infra/transport"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	return newAuthorityUntil(t, time.Now().Add(365*24*time.Hour))
}

func newAuthorityUntil(t *testing.T, end time.Time) *authority {
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "cluster"}, NotAfter: end,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return &authority{sign(t, template, template, key, key), key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// issue writes a node's files. Those that were there before are replaced.
func (a *authority) issue(t *testing.T, dir string, serial int64) *transport.TLSFiles {
	return a.certify(t, dir, serial, &x509.Certificate{NotAfter: time.Now().Add(365 * 24 * time.Hour)})
}

func (a *authority) certify(t *testing.T, dir string, serial int64, template *x509.Certificate) *transport.TLSFiles {
	template.SerialNumber, template.Subject.SerialNumber = big.NewInt(serial), strconv.FormatInt(serial, 10)
	key := newKey(t)
	cert := sign(t, template, a.cert, key, a.key)
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &transport.TLSFiles{
		Cert: write(t, dir, "node.pem", "CERTIFICATE", cert.Raw, serial),
		Key:  write(t, dir, "node.key", "EC PRIVATE KEY", der, serial),
		CA:   write(t, dir, "ca.pem", "CERTIFICATE", a.cert.Raw, serial),
	}
}

// write gives the file a time of its own, whatever the file system resolves.
func write(t *testing.T, dir, name, kind string, der []byte, serial int64) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_700_000_000+serial, 0)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

func secured(files *transport.TLSFiles) option {
	return func(o *transport.Options) { o.TLS = files }
}

func TestPeersOfOneAuthority(t *testing.T) {
	ca := newAuthority(t)
	one := onTCP(t, "1", secured(ca.issue(t, t.TempDir(), 2)))
	two := onTCP(t, "2", secured(ca.issue(t, t.TempDir(), 3)))
	echoing(two)
	acquaint(one, two)
	await(t, true, one, two)
	if b, err := one.Call(t.Context(), "2", echo, make([]byte, 1<<20)); err != nil || len(b) != 1<<20 {
		t.Error(err)
	}
}

func TestWhomTheAuthorityDidNotSign(t *testing.T) {
	ca := newAuthority(t)
	one := onTCP(t, "1", secured(ca.issue(t, t.TempDir(), 2)))
	for name, other := range map[string]*node{
		"signed by another": onTCP(t, "2", secured(newAuthority(t).issue(t, t.TempDir(), 3))),
		"plain":             onTCP(t, "2"),
	} {
		for _, way := range []struct{ from, to *node }{{one, other}, {other, one}} {
			if who, err := way.from.Probe(t.Context(), way.to.address); !errors.Is(err, transport.ErrUnreachable) {
				t.Errorf("%s: reached %+v, %v", name, who, err)
			}
		}
	}
}

// TestFilesAreReadAgain: both nodes move to another authority, without a start.
func TestFilesAreReadAgain(t *testing.T) {
	before, after := newAuthority(t), newAuthority(t)
	dir1, dir2 := t.TempDir(), t.TempDir()
	one := onTCP(t, "1", secured(before.issue(t, dir1, 2)))
	two := onTCP(t, "2", secured(before.issue(t, dir2, 3)))
	probe := func() error {
		_, err := one.Probe(t.Context(), two.address)
		return err
	}
	if err := probe(); err != nil {
		t.Fatal(err)
	}
	after.issue(t, dir1, 4)
	if err := probe(); err == nil {
		t.Error("two authorities")
	}
	files := after.issue(t, dir2, 5)
	if err := probe(); err != nil {
		t.Errorf("the new authority: %v", err)
	}
	if err := os.WriteFile(files.Cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := probe(); err != nil {
		t.Errorf("half a file: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	l, err := newTCP()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = transport.New(transport.Options{
		Identity: func() transport.Identity { return transport.Identity{Node: "1"} }, Listener: l,
		Admit: func(transport.Identity, transport.Class) error { return nil },
		TLS:   &transport.TLSFiles{Cert: "missing.pem", Key: "missing.key", CA: "missing.ca"},
	})
	if err == nil || !strings.Contains(err.Error(), "missing.pem") {
		t.Error(err)
	}
}
