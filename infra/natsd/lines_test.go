package natsd_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
)

// lines takes log lines, and closes found when one has any of the texts.
type lines struct {
	texts []string
	found chan struct{}
	once  sync.Once

	loud   atomic.Bool // something came above debug level
	leaked atomic.Bool // something looked like a password
}

var password = regexp.MustCompile("[0-9a-f]{64}")

func newLines(texts ...string) *lines {
	return &lines{texts: texts, found: make(chan struct{})}
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (l *lines) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte("level=DEBUG")) {
		l.loud.Store(true)
	}
	if password.Match(line) {
		l.leaked.Store(true)
	}
	for _, text := range l.texts {
		if strings.Contains(string(line), text) {
			l.once.Do(func() { close(l.found) })
		}
	}
	return len(line), nil
}
