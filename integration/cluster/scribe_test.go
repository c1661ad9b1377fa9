package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"ursula/integration/wire"
)

const (
	// attempt is how long a scribe waits for an answer before it asks another node.
	attempt = 3 * time.Second
	// untilAnswered bounds how long a cluster with a majority may take to do anything.
	untilAnswered = 60 * time.Second
)

// scribe writes numbered lines to one stream, each until it is acknowledged, whoever
// of the nodes does that. It is for one goroutine.
type scribe struct {
	clients []*wire.Client
	at      int // the client of the node that answered last
	stream  string
	line    int // bytes of a line

	written bytes.Buffer
	count   int
}

// newScribe makes the stream as well.
func newScribe(t *testing.T, c *Cluster, stream string, line int) *scribe {
	t.Helper()
	s := &scribe{stream: stream, line: line}
	s.meet(c)
	if err := s.insist(t.Context(), func(ctx context.Context, client *wire.Client) (wire.Reply, error) {
		return client.Create(ctx, stream, nil)
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// meet makes all nodes known to the scribe.
func (s *scribe) meet(c *Cluster) {
	s.clients = nil
	for _, url := range c.URLs() {
		s.clients = append(s.clients, wire.New(url))
	}
}

// write appends so many lines and returns the longest that one of them took. It may
// be called from any goroutine.
func (s *scribe) write(t *testing.T, lines int) time.Duration {
	t.Helper()
	var longest time.Duration
	for range lines {
		begin := time.Now()
		if err := s.append(t.Context()); err != nil {
			t.Error(err)
			break
		}
		longest = max(longest, time.Since(begin))
	}
	return longest
}

func (s *scribe) append(ctx context.Context) error {
	seq, body := s.count, s.next()
	err := s.insist(ctx, func(ctx context.Context, client *wire.Client) (wire.Reply, error) {
		return client.Append(ctx, s.stream, body, wire.Producer("scribe", 0, seq)...)
	})
	if err == nil {
		s.written.Write(body)
		s.count++
	}
	return err
}

// next is the line that the scribe will write next.
func (s *scribe) next() []byte {
	return append(bytes.Repeat([]byte{'.'}, s.line-9), fmt.Sprintf("%08d\n", s.count)...)
}

// insist asks one node after the other until one gives a success, and stays with that
// one: a node that is silent costs an attempt once, and not for each line. When none
// does, it tells what each of them said last.
func (s *scribe) insist(ctx context.Context, ask func(context.Context, *wire.Client) (wire.Reply, error)) error {
	deadline := time.Now().Add(untilAnswered)
	tick := time.NewTicker(again)
	defer tick.Stop()
	last := make([]error, len(s.clients))
	for turn := 0; time.Now().Before(deadline); turn++ {
		node := (s.at + turn) % len(s.clients)
		once, cancel := context.WithTimeout(ctx, attempt)
		reply, err := ask(once, s.clients[node])
		cancel()
		if err == nil && reply.OK() {
			s.at = node
			return nil
		}
		last[node] = fmt.Errorf("%s: node %d answers %v (%v) at attempt %d", s.stream, node+1, reply, err, turn)
		if err == nil && !reply.Unsure() {
			return last[node]
		}
		<-tick.C
	}
	return errors.Join(last...)
}

// TestAScribeStaysWithWhoAnswers refuses whatever the first of two nodes is asked. It is
// asked once.
func TestAScribeStaysWithWhoAnswers(t *testing.T) {
	var asked atomic.Int32
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(refusing.Close)
	answering := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(answering.Close)
	s := &scribe{clients: []*wire.Client{wire.New(refusing.URL), wire.New(answering.URL)}, stream: "s", line: 20}
	s.write(t, 5)
	if n := asked.Load(); n != 1 || s.count != 5 {
		t.Errorf("%d of 5 lines were written, and the first node was asked %d times, want once", s.count, n)
	}
}

// require wants every living node to give back exactly what was acknowledged.
func (s *scribe) require(t *testing.T, c *Cluster) {
	t.Helper()
	for _, node := range c.Nodes() {
		if node.Alive() {
			s.requireFrom(t, wire.New(node.URL()), "node "+strconv.Itoa(node.ID))
		}
	}
}

func (s *scribe) requireFrom(t *testing.T, client *wire.Client, who string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), untilAnswered)
	defer cancel()
	for {
		reply, err := client.ReadAll(ctx, s.stream)
		if (err != nil || reply.Unsure()) && ctx.Err() == nil {
			time.Sleep(again) // there is nothing to be told by
			continue
		}
		if err != nil || !bytes.Equal(reply.Body, s.written.Bytes()) {
			t.Errorf("%s has %d bytes of %s, want %d (%v)", who, len(reply.Body), s.stream, s.written.Len(), err)
		}
		return
	}
}

// scribes makes one for each of count streams, which spread over the groups.
func scribes(t *testing.T, c *Cluster, count, line int) []*scribe {
	t.Helper()
	all := make([]*scribe, count)
	for i := range all {
		all[i] = newScribe(t, c, fmt.Sprintf("scribed/%d", i), line)
	}
	return all
}
