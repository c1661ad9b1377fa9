package transport_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ursula/infra/transport"
)

// journal is what a node logs, for whoever waits for a line.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed at the next line
}

// logged has a node write into a journal.
func logged() (*journal, option) {
	j := &journal{more: make(chan struct{})}
	return j, func(o *transport.Options) { o.Logger = slog.New(slog.NewTextHandler(j, nil)) }
}

// Write implements io.Writer.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.more)
	j.more = make(chan struct{})
	return j.text.Write(line)
}

func (j *journal) look() (string, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String(), j.more
}

// lines are those with all the words.
func (j *journal) lines(words ...string) (found []string) {
	text, _ := j.look()
	for line := range strings.Lines(strings.ReplaceAll(text, `\"`, "'")) {
		if !missing(line, words) {
			found = append(found, line)
		}
	}
	return found
}

func missing(line string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(line, word) {
			return true
		}
	}
	return false
}

// await returns when there is a line with all the words.
func (j *journal) await(t *testing.T, words ...string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		text, more := j.look()
		if len(j.lines(words...)) > 0 {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("nothing tells of %q:\n%s", words, text)
		}
	}
}
