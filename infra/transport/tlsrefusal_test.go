package transport_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"ursula/infra/transport"
)

// TestRefusalsSayWhy: what the side that refuses logs, and what the other side is told,
// say which file is the matter.
func TestRefusalsSayWhy(t *testing.T) {
	for name, c := range map[string]struct {
		other     func(*testing.T, *authority) option
		log, told []string
		dials     [2][]string // what the good node, which dials, and the other one make of it
	}{
		"a stranger's": {
			func(t *testing.T, ca *authority) option {
				files := ca.issue(t, t.TempDir(), 3)
				strange(t, ca, files)
				return secured(files)
			},
			[]string{"certificate 'SERIALNUMBER=9' (serial 9): it is signed by nobody who is in /", "ca.pem, but by CN=cluster"},
			[]string{`other side refuses certificate "SERIALNUMBER=9" (serial 9) of /`, "node.pem"},
			[2][]string{{"it is signed by nobody who is in /"}, {"other side refuses certificate 'SERIALNUMBER=9' (serial 9) of /"}},
		},
		"an expired one": {
			func(t *testing.T, ca *authority) option {
				files := ca.issue(t, t.TempDir(), 3)
				expired(t, ca, files)
				return secured(files)
			},
			[]string{"certificate 'SERIALNUMBER=9' (serial 9): it has expired at 20"},
			[]string{`other side refuses certificate "SERIALNUMBER=9" (serial 9) of /`, "node.pem"},
			[2][]string{{"it has expired at 20"}, {"other side refuses certificate 'SERIALNUMBER=9' (serial 9) of /"}},
		},
		"none": {
			func(*testing.T, *authority) option { return func(*transport.Options) {} },
			[]string{"the other side is no node, or a node without TLS"},
			[]string{"connections to this node need TLS"},
			[2][]string{{"hung up, perhaps because it is without TLS"}, {"the other side speaks TLS"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ca := newAuthority(t)
			oneLog, log1 := logged()
			twoLog, log2 := logged()
			one := onTCP(t, "1", secured(ca.issue(t, t.TempDir(), 2)), log1)
			two := onTCP(t, "2", c.other(t, ca), log2)
			_, err := two.Probe(t.Context(), one.address)
			if !errors.Is(err, transport.ErrUnreachable) || missing(err.Error(), c.told) {
				t.Errorf("is told: %v", err)
			}
			oneLog.await(t, append(c.log, "refused a connection")...)
			_, err = one.Probe(t.Context(), two.address)
			if !errors.Is(err, transport.ErrUnreachable) || missing(err.Error(), c.dials[0]) {
				t.Errorf("dials: %v", err)
			}
			twoLog.await(t, append(c.dials[1], "refused a connection")...)
		})
	}
}

// TestAnExpiredAuthority is not said to be a stranger.
func TestAnExpiredAuthority(t *testing.T) {
	ca := newAuthorityUntil(t, time.Now().Add(-time.Minute))
	journal, log := logged()
	onTCP(t, "1", secured(ca.issue(t, t.TempDir(), 2)), log)
	journal.await(t, "peers refuse this node's certificate", "its issuer 'CN=cluster' (serial 1) in /", "ca.pem has expired at")
}

// TestARefusalIsToldOnce: however often a node tries, it is the same refusal.
func TestARefusalIsToldOnce(t *testing.T) {
	ca := newAuthority(t)
	files := ca.issue(t, t.TempDir(), 3)
	expired(t, ca, files)
	journal, log := logged()
	one := onTCP(t, "1", secured(ca.issue(t, t.TempDir(), 2)), log)
	two := onTCP(t, "2", secured(files))
	one.SetPeers(map[string]string{"2": two.address})
	for range 10 { // attempts, of each class
		changed := one.Changed()
		within(t, changed)
	}
	if lines := journal.lines("no connection to a peer", "it has expired at"); len(lines) == 0 || len(lines) > 3 {
		t.Errorf("told %d times of three classes:\n%s", len(lines), strings.Join(lines, ""))
	}
}

// TestFilesThatVanish are what was read before.
func TestFilesThatVanish(t *testing.T) {
	ca := newAuthority(t)
	files := ca.issue(t, t.TempDir(), 2)
	journal, log := logged()
	onTCP(t, "1", secured(files), log)
	if err := os.Remove(files.Key); err != nil {
		t.Fatal(err)
	}
	journal.await(t, "going on with those read before", "node.key")
}
