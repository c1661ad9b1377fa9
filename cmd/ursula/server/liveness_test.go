package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
)

// scriptedLinks are links to one peer, as the test says they are.
type scriptedLinks struct {
	probe error // what a probe finds

	mu      sync.Mutex
	link    transport.LinkStatus
	changed chan struct{}
}

func (l *scriptedLinks) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

func (l *scriptedLinks) Peers() []transport.PeerStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return []transport.PeerStatus{{ID: "2", Address: "there", Links: []transport.LinkStatus{l.link}}}
}

func (l *scriptedLinks) Probe(context.Context, string) (transport.Identity, error) {
	return transport.Identity{}, l.probe
}

// become changes the link's state: nil for connected, or why it is not.
func (l *scriptedLinks) become(err error) {
	l.mu.Lock()
	l.link = transport.LinkStatus{Class: transport.ClassLog, Connected: err == nil, LastError: err}
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	synctest.Wait()
}

var (
	errReset   = fmt.Errorf("read answer to hello: %w", syscall.ECONNRESET)
	errRefused = fmt.Errorf("dial tcp: %w", syscall.ECONNREFUSED)
)

func TestWhatBecameOfAPeer(t *testing.T) {
	for _, c := range []struct {
		name  string
		probe error   // after the connection was lost
		then  []error // what the link becomes
		want  []string
	}{
		{"nobody listens", errRefused, []error{errReset}, []string{"died"}},
		{"its connections are reset one by one", errReset, []error{errReset, errReset, errRefused}, []string{"died"}},
		{"refused before anybody looks", errReset, []error{errRefused}, []string{"died"}},
		{"nothing is heard of it", errors.New("nothing heard"), []error{errReset}, []string{"suspect"}},
		{"only the connection was lost", nil, []error{errReset, nil}, []string{"back"}},
		{"it is back and lost again", errReset, []error{errReset, nil, errRefused}, []string{"back", "died"}},
		{"it is not lost twice", errRefused, []error{errReset, errRefused, errRefused}, []string{"died"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				links := &scriptedLinks{probe: c.probe, changed: make(chan struct{})}
				var mu sync.Mutex
				var got []string
				note := func(what string) {
					mu.Lock()
					defer mu.Unlock()
					got = append(got, what)
				}
				l := &liveness{
					links: links, log: slog.New(slog.DiscardHandler), back: func() { note("back") },
					died:    func(context.Context, string) { note("died") },
					suspect: func(context.Context, string) { note("suspect") },
				}
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { defer close(ended); l.run(ctx) }()
				links.become(errRefused) // it is starting
				links.become(nil)
				began := time.Now()
				for _, next := range c.then {
					links.become(next)
				}
				if slices.Contains(c.want, "suspect") {
					time.Sleep(suspectAfter + time.Millisecond)
				} else if took := time.Since(began); took > 0 {
					t.Errorf("took %v", took)
				}
				mu.Lock()
				if want := append([]string{"back"}, c.want...); !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
				mu.Unlock()
				stop()
				<-ended
			})
		})
	}
}
