package cluster

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCertificatesAreReplacedUnderLoad moves three nodes from one authority to another,
// file by file and node by node, while clients write and read through all of them.
// Each stream is written through two nodes and followed on two, one of which does not
// lead it.
func TestCertificatesAreReplacedUnderLoad(t *testing.T) {
	old, next := newAuthority(t, "old"), newAuthority(t, "next")
	s := startSecured(t, old)
	load := drive(t, s.Cluster, 3)
	load.awaitMore(t)
	s.requireShown(old)
	s.requireRefused(s.Node(1), next, "signed by nobody who is in "+s.files[1].ca, "but by CN=next")
	s.exchange(load, func(_ int, f *files) { f.trust(old, next) })
	s.requireShown(old)
	s.exchange(load, func(id int, f *files) { f.present(next.issue(nodeName(id), lifetime)) })
	s.requireShown(next)
	s.exchange(load, func(_ int, f *files) { f.trust(next) })
	s.requireShown(next)
	stranger := newAuthority(t, "stranger")
	for _, node := range s.Nodes() {
		s.requireRefused(node, old, "signed by nobody who is in "+s.files[node.ID].ca, "but by CN=old")
		s.requireRefused(node, stranger, "signed by nobody who is in "+s.files[node.ID].ca, "but by CN=stranger")
		s.requirePlainRefused(node)
	}
	load.awaitMore(t)
	load.finish(t)
	requireEqualReplicas(t, s.Cluster)
}

// requireShown wants each node to show a certificate of its own by that authority.
func (s *secured) requireShown(ca *authority) {
	s.t.Helper()
	stranger := newAuthority(s.t, "curious").visitor()
	for _, node := range s.Nodes() {
		shown, _ := s.shows(node, stranger)
		if shown.CheckSignatureFrom(ca.cert) != nil || shown.Subject.CommonName != nodeName(node.ID) {
			s.t.Errorf("node %d shows a certificate of %s, by %s and not by %s", node.ID, shown.Subject, shown.Issuer, ca.name)
		}
	}
}

// TestBrokenCertificatesDoNotReplaceGoodOnes replaces the files of one node by others
// that do not fit, as somebody does who makes a mistake. It says so, and belongs to the
// cluster by those before.
func TestBrokenCertificatesDoNotReplaceGoodOnes(t *testing.T) {
	ca := newAuthority(t, "cluster")
	s := startSecured(t, ca)
	node, f, writer := s.Node(3), s.files[3], newScribe(t, s.Cluster, "broken", 100)
	first, _ := s.shows(node, newAuthority(t, "curious").visitor())
	cert, _ := ca.issue(nodeName(3), lifetime)
	_, otherKey := ca.issue(nodeName(3), lifetime)
	for _, broken := range []struct {
		replace func()
		words   []string
	}{
		{func() { f.write(f.cert, cert[:len(cert)/2]) }, []string{f.cert + ": a block in it is damaged or cut off"}},
		{func() { f.present(cert, otherKey) }, []string{f.key + " as the key of " + f.cert, "does not match"}},
		{func() { f.present(ca.issue(nodeName(3), -time.Second)) }, []string{f.cert + ": certificate", "CN=node-3", "it has expired at"}},
		{func() { f.write(f.ca, slices.Concat(ca.text, newAuthority(t, "next").text[:200])) }, []string{f.ca + ": a block in it is damaged or cut off"}},
	} {
		f.trust(ca)
		broken.replace()
		s.Network.Reset(node.ID)
		s.awaitTold(node, append(broken.words, "going on with those read before")...)
		writer.write(t, 10)
		s.awaitMet()
		if shown, _ := s.shows(node, newAuthority(t, "curious").visitor()); !shown.Equal(first) {
			t.Errorf("after %q it shows %s until %v", broken.words, shown.Subject, shown.NotAfter)
		}
	}
	writer.require(t, s.Cluster)
	if count := reread(node); count != 0 {
		t.Errorf("node 3 has read other files %d times", count)
	}
}

// TestANodeWithABadCertificateIsToldSo starts one node with files that do not fit, while
// the other two serve. It tells what is wrong, and so do they; it is part of the cluster
// when its files are, without a start.
func TestANodeWithABadCertificateIsToldSo(t *testing.T) {
	ca, stranger := newAuthority(t, "cluster"), newAuthority(t, "stranger")
	s := startSecured(t, ca)
	node, f, writer := s.Node(3), s.files[3], newScribe(t, s.Cluster, "bad", 100)
	for _, bad := range []struct {
		ca    *authority
		until time.Duration
		words []string
	}{
		{ca, -time.Second, []string{"it has expired at"}},
		{stranger, lifetime, []string{"it is signed by nobody who is in", "but by CN=stranger"}},
	} {
		node.Kill()
		f.present(bad.ca.issue("bad-"+bad.ca.name, bad.until))
		node.Relaunch()
		s.awaitTold(node, append(bad.words, "peers refuse this node's certificate", f.cert)...)
		s.awaitTold(node, "no connection to a peer", "the other side refuses certificate", "CN=bad-"+bad.ca.name, f.cert)
		for _, other := range s.Nodes()[:2] {
			s.awaitTold(other, append(bad.words, "refused a connection", "CN=bad-"+bad.ca.name)...)
			s.awaitTold(other, append(bad.words, "no connection to a peer", "node=3", "CN=bad-"+bad.ca.name)...)
		}
		writer.write(t, 10)
		f.present(ca.issue(nodeName(3), lifetime))
		node.AwaitReady()
		s.awaitMet()
	}
	_, otherKey := ca.issue(nodeName(3), lifetime)
	node.Kill()
	f.replace(f.key, otherKey)
	node.RelaunchRefused()
	if code := node.Wait(t.Context()); code == 0 || !strings.Contains(node.LastOutput(), f.key+" as the key of "+f.cert) {
		t.Errorf("with another's key it ends with %d:\n%s", code, node.LastOutput())
	}
	f.present(ca.issue(nodeName(3), lifetime))
	node.Restart()
	s.awaitMet()
	writer.write(t, 10)
	writer.require(t, s.Cluster)
}
