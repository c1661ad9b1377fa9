package subscriptiontest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"ursula/core/stream"
)

// Streams are streams of the built-in bucket in memory. An append of n bytes
// moves the tail by n. They may be used concurrently.
type Streams struct {
	mu        sync.Mutex
	failing   func(operation, path string) error
	lastID    uint64
	live      map[stream.Name]stream.Info
	messages  map[stream.Name][]string
	listeners []func([]stream.Event)
}

// NewStreams returns no streams.
func NewStreams() *Streams {
	return &Streams{live: make(map[stream.Name]stream.Info), messages: make(map[stream.Name][]string)}
}

// Listen reports every later change to listener.
func (s *Streams) Listen(listener func([]stream.Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, listener)
}

// Create makes an empty stream.
func (s *Streams) Create(path string) {
	name := nameOf(path)
	s.mu.Lock()
	s.lastID++
	info := stream.Info{Name: name, ID: s.lastID, ContentType: "application/json", JSON: true}
	s.live[name] = info
	s.mu.Unlock()
	s.report(stream.Event{Name: name, ID: info.ID})
}

// Write appends a message to a stream, and creates it when there is none.
func (s *Streams) Write(path, message string) {
	name := nameOf(path)
	s.mu.Lock()
	info, ok := s.live[name]
	if !ok {
		s.lastID++
		info = stream.Info{Name: name, ID: s.lastID}
	}
	event := stream.Event{Name: name, ID: info.ID, From: info.Tail}
	info.Tail += uint64(len(message))
	event.To = info.Tail
	s.live[name] = info
	s.messages[name] = append(s.messages[name], message)
	s.mu.Unlock()
	s.report(event)
}

// Delete removes a stream.
func (s *Streams) Delete(path string) {
	name := nameOf(path)
	s.mu.Lock()
	info := s.live[name]
	delete(s.live, name)
	delete(s.messages, name)
	s.mu.Unlock()
	s.report(stream.Event{Name: name, ID: info.ID, Gone: true})
}

// Messages returns what a stream holds.
func (s *Streams) Messages(path string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages[nameOf(path)])
}

// Tail implements subscription.Streams.
func (s *Streams) Tail(_ context.Context, name stream.Name) (stream.Info, error) {
	if err := s.fail("tail", name.Path()); err != nil {
		return stream.Info{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, ok := s.live[name]
	if !ok {
		return info, fmt.Errorf("%w: %s", stream.ErrNotFound, name)
	}
	return info, nil
}

// Each implements subscription.Streams.
func (s *Streams) Each(_ context.Context, visit func(stream.Info) bool) error {
	if err := s.fail("each", ""); err != nil {
		return err
	}
	s.mu.Lock()
	infos := make([]stream.Info, 0, len(s.live))
	for _, info := range s.live {
		infos = append(infos, info)
	}
	s.mu.Unlock()
	for _, info := range infos {
		if !visit(info) {
			break
		}
	}
	return nil
}

// Append implements subscription.Streams.
func (s *Streams) Append(ctx context.Context, name stream.Name, message []byte) error {
	if err := s.fail("append", name.Path()); err != nil {
		return err
	}
	if _, err := s.Tail(ctx, name); err != nil {
		return err
	}
	s.Write(name.Path(), string(message))
	return nil
}

func (s *Streams) report(event stream.Event) {
	s.mu.Lock()
	listeners := s.listeners
	s.mu.Unlock()
	for _, listener := range listeners {
		listener([]stream.Event{event})
	}
}

// Fail has ask be asked before every later Tail, Each and Append: "tail", "each" or
// "append", with the path. Its error is returned instead.
func (s *Streams) Fail(ask func(operation, path string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = ask
}

func (s *Streams) fail(operation, path string) error {
	s.mu.Lock()
	ask := s.failing
	s.mu.Unlock()
	if ask == nil {
		return nil
	}
	return ask(operation, path)
}

func nameOf(path string) stream.Name {
	name, err := stream.MakeName(stream.DefaultBucket, path)
	if err != nil {
		panic("subscriptiontest: " + err.Error())
	}
	return name
}
