package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

var (
	errNoCertificate = errors.New("there is no certificate in it")
	errCutOff        = errors.New("a block in it is damaged or cut off")
)

func (f TLSFiles) stat() (found [3]os.FileInfo, err error) {
	for i, path := range []string{f.Cert, f.Key, f.CA} {
		if found[i], err = os.Stat(path); err != nil {
			return found, err
		}
	}
	return found, nil
}

// same looks at more than times: files that are unpacked or deployed may all have one.
func same(a, b [3]os.FileInfo) bool {
	for i := range a {
		if !os.SameFile(a[i], b[i]) || !a[i].ModTime().Equal(b[i].ModTime()) || a[i].Size() != b[i].Size() {
			return false
		}
	}
	return true
}

// load wants each file to be whole, and says which one is not.
func (f TLSFiles) load() (*papers, error) {
	chain, text, err := readCertificates(f.Cert)
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(f.Key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(text, key)
	if err != nil {
		return nil, fmt.Errorf("%s as the key of %s: %w", f.Key, f.Cert, err)
	}
	authorities, _, err := readCertificates(f.CA)
	if err != nil {
		return nil, err
	}
	return newPapers(f, pair, chain, authorities), nil
}

// readCertificates takes no part of a file for the whole: half a list of authorities
// would lock out those whom the other half has signed.
func readCertificates(path string) (list []*x509.Certificate, text []byte, err error) {
	if text, err = os.ReadFile(path); err != nil {
		return nil, nil, err
	}
	blocks := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, certificate)
	}
	if blocks != bytes.Count(text, []byte("-----BEGIN ")) {
		return nil, nil, fmt.Errorf("%s: %w", path, errCutOff)
	}
	if len(list) == 0 {
		return nil, nil, fmt.Errorf("%s: %w", path, errNoCertificate)
	}
	return list, text, nil
}
