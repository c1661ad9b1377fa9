package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// secured is a cluster whose nodes have certificates.
type secured struct {
	*Cluster
	t     *testing.T
	files []*files // by node, from 1
}

// startSecured starts three nodes with certificates of one authority.
func startSecured(t *testing.T, ca *authority) *secured {
	t.Helper()
	s := &secured{t: t, files: make([]*files, 4)}
	for id := 1; id < len(s.files); id++ {
		s.files[id] = newFiles(t)
		s.files[id].trust(ca)
		s.files[id].present(ca.issue(nodeName(id), lifetime))
	}
	s.Cluster = Start(t, Config{Args: smallFlags(), Own: func(id int) []string { return s.files[id].flags() }})
	return s
}

func nodeName(id int) string { return fmt.Sprintf("node-%d", id) }

// reread is how often a node has taken other files.
func reread(node *Node) int { return strings.Count(node.Output(), "read the TLS files again") }

// exchange replaces files of one node after the other. Each loses its connections, and
// has to be part of the cluster again by what the files say now.
func (s *secured) exchange(load *traffic, replace func(id int, f *files)) {
	s.t.Helper()
	for _, node := range s.Nodes() {
		before := reread(node)
		replace(node.ID, s.files[node.ID])
		s.Network.Reset(node.ID)
		await(s.t, func(context.Context) error {
			if reread(node) == before {
				return fmt.Errorf("node %d has not read its files: %w", node.ID, errNotYet)
			}
			return nil
		})
		s.Network.Reset(node.ID) // those that were made before it had read all of them
		s.awaitMet()
		load.awaitMore(s.t)
	}
}

// awaitMet returns when every node reaches every other one.
func (s *secured) awaitMet() {
	s.t.Helper()
	for _, node := range s.Nodes() {
		await(s.t, func(ctx context.Context) error {
			status, err := node.Status(ctx)
			for _, m := range status.Members {
				if !m.Reachable {
					err = errors.Join(err, fmt.Errorf("node %d does not reach node %s", node.ID, m.ID))
				}
			}
			return err
		})
	}
}

// awaitMore returns when every producer has got further by some lines.
func (f *traffic) awaitMore(t *testing.T) {
	t.Helper()
	for _, w := range f.streams {
		for _, p := range w.producers {
			before := p.acked.Load()
			await(t, func(context.Context) error {
				if p.acked.Load() < before+3 {
					return fmt.Errorf("%s has written %d lines, and %d before: %w", p.name, p.acked.Load(), before, errNotYet)
				}
				return nil
			})
		}
	}
}

// shows is the certificate that a node shows to a visitor, and how the visit ended. The
// visitor says nothing, and so a node that has taken its certificate waits for more.
func (s *secured) shows(node *Node, visitor tls.Certificate) (shown *x509.Certificate, end error) {
	s.t.Helper()
	conn := s.connect(node)
	defer conn.Close()
	secure := tls.Client(conn, &tls.Config{Certificates: []tls.Certificate{visitor}, InsecureSkipVerify: true})
	if err := secure.HandshakeContext(s.t.Context()); err != nil {
		s.t.Fatalf("node %d: %v", node.ID, err)
	}
	_, end = secure.Read(make([]byte, 1))
	return secure.ConnectionState().PeerCertificates[0], end
}

// connect goes to the node itself: the network lets no strangers in.
func (s *secured) connect(node *Node) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addresses[node.ID-1])
	if err != nil {
		s.t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(untilAnswered)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// requireRefused wants a visitor to be refused because of its certificate, and the node
// to tell why.
func (s *secured) requireRefused(node *Node, visitor *authority, words ...string) {
	s.t.Helper()
	_, end := s.shows(node, visitor.visitor())
	if end == nil || !strings.Contains(end.Error(), "bad certificate") {
		s.t.Errorf("a visitor of %s ends with %v at node %d", visitor.name, end, node.ID)
	}
	s.awaitTold(node, append(words, "refused a connection", "visitor of "+visitor.name)...)
}

// requirePlainRefused wants a visitor without TLS to be refused.
func (s *secured) requirePlainRefused(node *Node) {
	s.t.Helper()
	conn := s.connect(node)
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		s.t.Fatal(err)
	}
	if answer, _ := io.ReadAll(conn); len(answer) > 0 {
		s.t.Errorf("node %d answers %q", node.ID, answer)
	}
	s.awaitTold(node, "refused a connection", "from="+conn.LocalAddr().String(), "the other side is no node, or a node without TLS")
}

// awaitTold returns when a line of what the node has printed in this life has all the
// words.
func (s *secured) awaitTold(node *Node, words ...string) {
	s.t.Helper()
	await(s.t, func(context.Context) error {
		for line := range strings.Lines(node.LastOutput()) {
			if hasAll(line, words) {
				return nil
			}
		}
		return fmt.Errorf("node %d has not told of %q: %w", node.ID, words, errNotYet)
	})
}

func hasAll(line string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(line, word) {
			return false
		}
	}
	return true
}
