package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// lifetime is that of a certificate of these tests.
const lifetime = 10 * time.Minute

// authority signs the certificates of nodes.
type authority struct {
	t    *testing.T
	name string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	text []byte // the certificate in PEM
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t, name: name, key: newKey(t)}
	a.cert = &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.cert, a.text = a.sign(a.cert, name, &a.key.PublicKey, lifetime)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign gives the template a serial number by chance, so that no two look alike.
func (a *authority) sign(template *x509.Certificate, name string, key any, until time.Duration) (*x509.Certificate, []byte) {
	a.t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber, template.Subject = serial, pkix.Name{CommonName: name}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(until)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return signed, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// issue makes a certificate and its key, in PEM, with the names of loopback.
func (a *authority) issue(name string, until time.Duration) (cert, key []byte) {
	a.t.Helper()
	private := newKey(a.t)
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	_, cert = a.sign(template, name, &private.PublicKey, until)
	return cert, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

// visitor is somebody with a certificate who is no node.
func (a *authority) visitor() tls.Certificate {
	a.t.Helper()
	pair, err := tls.X509KeyPair(a.issue("visitor of "+a.name, lifetime))
	if err != nil {
		a.t.Fatal(err)
	}
	return pair
}

// files are those of one node.
type files struct {
	t             *testing.T
	cert, key, ca string
}

func newFiles(t *testing.T) *files {
	dir := t.TempDir()
	return &files{t, filepath.Join(dir, "node.crt"), filepath.Join(dir, "node.key"), filepath.Join(dir, "ca.crt")}
}

func (f *files) flags() []string {
	return []string{"--cluster-cert", f.cert, "--cluster-key", f.key, "--cluster-ca", f.ca}
}

// present replaces the node's certificate and its key, one after the other.
func (f *files) present(cert, key []byte) {
	f.replace(f.cert, cert)
	f.replace(f.key, key)
}

// trust replaces the list of authorities.
func (f *files) trust(authorities ...*authority) {
	var text []byte
	for _, a := range authorities {
		text = slices.Concat(text, a.text)
	}
	f.replace(f.ca, text)
}

// replace leaves no moment at which a file is half there.
func (f *files) replace(path string, text []byte) {
	f.t.Helper()
	f.write(path+".next", text)
	if err := os.Rename(path+".next", path); err != nil {
		f.t.Fatal(err)
	}
}

func (f *files) write(path string, text []byte) {
	f.t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		f.t.Fatal(err)
	}
}
