package transport

import (
	"context"
	"errors"
	"sync"
)

// Bounds of what waits to be written on a connection.
const (
	roomBytes   = 1 << 20   // beyond this, requests wait
	urgentBytes = 4 << 20   // beyond this, even answers that must not wait fail
	groupBytes  = 128 << 10 // of one group
	turns       = 4         // messages in pieces that are under way at once
	maxCuts     = 64        // messages in pieces that wait or are under way
	keepBytes   = 2 << 20   // a larger buffer is left to the collector
)

// errFull says that there is no room, to one who does not wait for it.
var errFull = errors.New("queue is full")

// lane is how a frame is treated when there is no room for it.
type lane uint8

const (
	urgent   lane = iota // does not wait; small, and bounded by who sends it
	prompt               // the same, from the reader: it goes out before the reader waits
	held                 // does not wait; goes out when its sender, who has more to say, says so
	optional             // does not wait, and gives way early
	normal               // waits for room
	ordered              // waits for its group's share too, and keeps its group's order
	eager                // is ordered, and does not wait
)

func (l lane) waits() bool { return l == normal || l == ordered }

// outbox holds the frames that wait for the connection's writer, which takes all
// of them at once.
//
// Invariant: an ordered frame is never queued while a message of its group is in
// pieces, so it cannot overtake that.
type outbox struct {
	ready   chan struct{} // has an element when there may be something to take
	buffers sync.Pool     // of *buffer

	mu     sync.Mutex
	frames []byte
	held   map[uint32]int // bytes of ordered frames in frames, by group
	cuts   []*cut
	inCuts map[uint32]int // ordered messages in cuts, by group
	room   chan struct{}  // closed by the next take; nil while nobody waits
	err    error
}

type buffer struct{ b []byte }

func newOutbox() *outbox {
	o := &outbox{ready: make(chan struct{}, 1), held: map[uint32]int{}, inCuts: map[uint32]int{}}
	o.buffers.New = func() any { return &buffer{make([]byte, 0, 512)} }
	return o
}

// put queues a copy of frame, for the caller to have it written. Lanes that wait
// do so until stop is closed.
func (o *outbox) put(frame []byte, l lane, group uint32, stop <-chan struct{}) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && !o.fits(len(frame), l, group) {
		if !l.waits() {
			return errFull
		}
		if err := o.wait(stop); err != nil {
			return err
		}
	}
	if o.err != nil {
		return o.err
	}
	o.frames = append(o.frames, frame...)
	if l == ordered || l == eager {
		o.held[group] += len(frame)
	}
	return nil
}

// waits reports whether there is something to take.
func (o *outbox) waits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.frames) > 0 || len(o.cuts) > 0
}

func (o *outbox) fits(n int, l lane, group uint32) bool {
	switch l {
	case urgent, prompt:
		return len(o.frames)+n <= urgentBytes
	case held:
		return len(o.frames)+n <= roomBytes
	case ordered, eager:
		return len(o.frames) < roomBytes && o.held[group]+n <= groupBytes && o.inCuts[group] == 0
	}
	return len(o.frames) < roomBytes
}

// wait gives up the mutex until the writer has taken something.
func (o *outbox) wait(stop <-chan struct{}) error {
	if o.room == nil {
		o.room = make(chan struct{})
	}
	room := o.room
	o.mu.Unlock()
	defer o.mu.Lock()
	select {
	case <-room:
		return nil
	case <-stop:
		return context.Canceled
	}
}

func (o *outbox) signal() {
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// take returns what is to be written next: every frame, and a piece of each
// message whose turn it is. used is what the last call returned.
func (o *outbox) take(used []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.frames
	if o.frames = nil; cap(used) <= keepBytes {
		o.frames = used[:0]
	}
	clear(o.held)
	taken = o.takePieces(taken)
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
	return taken
}

// close makes every put fail with err, and frees what is queued.
func (o *outbox) close(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return
	}
	o.err, o.frames, o.cuts = err, nil, nil
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
}
