package transport_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
)

// broken are ways to replace files that do not fit together, with what is said of them.
var broken = map[string]struct {
	replace func(*testing.T, *authority, *transport.TLSFiles)
	words   []string
}{
	"half a certificate":       {func(t *testing.T, _ *authority, f *transport.TLSFiles) { halve(t, f.Cert) }, []string{"node.pem: ", "cut off"}},
	"half a key":               {func(t *testing.T, _ *authority, f *transport.TLSFiles) { halve(t, f.Key) }, []string{"node.key as the key of"}},
	"half a CA":                {func(t *testing.T, _ *authority, f *transport.TLSFiles) { halve(t, f.CA) }, []string{"ca.pem: ", "cut off"}},
	"half of two CAs":          {halfBundle, []string{"ca.pem: ", "cut off"}},
	"nothing":                  {func(t *testing.T, _ *authority, f *transport.TLSFiles) { put(t, f.CA, nil) }, []string{"ca.pem: ", "no certificate"}},
	"another's key":            {anotherKey, []string{"node.key as the key of", "node.pem", "does not match"}},
	"a stranger's certificate": {strange, []string{"node.pem: ", "'SERIALNUMBER=9' (serial 9)", "signed by nobody who is in", "ca.pem, but by CN=cluster"}},
	"one that has expired":     {expired, []string{"node.pem: ", "(serial 9)", "it has expired at "}},
	"one of tomorrow":          {early, []string{"node.pem: ", "(serial 9)", "it is not valid before "}},
}

// TestFilesThatAreReplacedByBrokenOnes are told without anybody connecting, once, and
// those before go on.
func TestFilesThatAreReplacedByBrokenOnes(t *testing.T) {
	for name, b := range broken {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ca, n := newAuthority(t), newNetwork()
				files := ca.issue(t, t.TempDir(), 2)
				journal, log := logged()
				one := n.node(t, "1", secured(files), log)
				two := n.node(t, "2", secured(ca.issue(t, t.TempDir(), 3)))
				b.replace(t, ca, files)
				time.Sleep(time.Minute) // of the bubble: the node has looked often
				if lines := journal.lines(append(b.words, "going on with those read before")...); len(lines) != 1 {
					t.Errorf("told %d times: %v", len(lines), lines)
				}
				for _, way := range []struct{ from, to *node }{{one, two}, {two, one}} {
					if _, err := way.from.Probe(t.Context(), way.to.address); err != nil {
						t.Error(err)
					}
				}
				ca.issue(t, filepath.Dir(files.Cert), 10)
				time.Sleep(time.Minute)
				if len(journal.lines("read the TLS files again", "(serial a)", "until=20")) != 1 {
					text, _ := journal.look()
					t.Errorf("whole files were not read:\n%s", text)
				}
			})
		})
	}
}

// TestFilesAreBrokenAtTheStart: it is refused when a file is not whole. A certificate
// that is no good is told.
func TestFilesAreBrokenAtTheStart(t *testing.T) {
	for name, b := range broken {
		t.Run(name, func(t *testing.T) {
			ca := newAuthority(t)
			files := ca.issue(t, t.TempDir(), 2)
			b.replace(t, ca, files)
			l, err := newTCP()
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			journal, log := logged()
			o := transport.Options{
				Identity: func() transport.Identity { return transport.Identity{Node: "1"} }, Listener: l,
				Admit: func(transport.Identity, transport.Class) error { return nil }, TLS: files,
			}
			log(&o)
			one, err := transport.New(o)
			if err == nil {
				defer one.Close()
				journal.await(t, append(b.words, "peers refuse this node's certificate")...)
			} else if missing(strings.ReplaceAll(err.Error(), `"`, "'"), b.words) {
				t.Error(err)
			}
		})
	}
}

// TestFilesOfOneTime: files that are deployed may have the same time always.
func TestFilesOfOneTime(t *testing.T) {
	ca, dir := newAuthority(t), t.TempDir()
	journal, log := logged()
	onTCP(t, "1", secured(ca.issue(t, dir, 2)), log)
	next := ca.issue(t, t.TempDir(), 5)
	for _, path := range []string{next.Cert, next.Key, next.CA} {
		at := time.Unix(1_700_000_002, 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path, filepath.Join(dir, filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	journal.await(t, "read the TLS files again", "(serial 5)")
}

func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func halve(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, text[:len(text)/2])
}

func halfBundle(t *testing.T, ca *authority, f *transport.TLSFiles) {
	first, err := os.ReadFile(f.CA)
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(newAuthority(t).issue(t, t.TempDir(), 2).CA)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f.CA, append(first, second[:len(second)/2]...))
}

func anotherKey(t *testing.T, ca *authority, f *transport.TLSFiles) {
	if err := os.Rename(ca.issue(t, t.TempDir(), 9).Key, f.Key); err != nil {
		t.Fatal(err)
	}
}

func strange(t *testing.T, _ *authority, f *transport.TLSFiles) {
	newAuthority(t).issueFor(t, f, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func expired(t *testing.T, ca *authority, f *transport.TLSFiles) {
	ca.issueFor(t, f, time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
}

func early(t *testing.T, ca *authority, f *transport.TLSFiles) {
	ca.issueFor(t, f, time.Now().Add(24*time.Hour), time.Now().Add(48*time.Hour))
}

// issueFor replaces the certificate and the key, and not the CA.
func (a *authority) issueFor(t *testing.T, f *transport.TLSFiles, from, until time.Time) {
	own := &x509.Certificate{NotBefore: from, NotAfter: until}
	next := a.certify(t, t.TempDir(), 9, own)
	for from, to := range map[string]string{next.Cert: f.Cert, next.Key: f.Key} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
}
