package wake

import (
	"fmt"

	"ursula/core/stream"
)

// Link is a subscription's cursor in one stream.
type Link struct {
	Path     string
	Explicit bool   // asked for by name, not only by the pattern
	Stream   uint64 // incarnation that Acked belongs to; 0 while there is none
	Acked    uint64 // everything before this position is processed
}

// Type is the link's type as clients see it.
func (l Link) Type() string {
	if l.Explicit {
		return "explicit"
	}
	return "glob"
}

// LinkAtTail links a stream whose past does not matter to the subscription.
func LinkAtTail(path string, explicit bool, info stream.Info) Link {
	return Link{Path: path, Explicit: explicit, Stream: info.ID, Acked: info.Tail}
}

// LinkAtBase links a stream that is younger than the subscription. What a fork
// inherited was appended elsewhere and is not pending.
func LinkAtBase(path string, explicit bool, info stream.Info) Link {
	return Link{Path: path, Explicit: explicit, Stream: info.ID, Acked: info.Base}
}

// Follow brings the link up to date with the stream that exists now under its
// path: info, or none when exists is false. The link of a stream that is gone
// is to be dropped (keep is false); its successor under the same path is
// another stream, linked from its beginning when the pattern selects it.
func (l Link) Follow(info stream.Info, exists, selected bool) (next Link, keep bool) {
	switch {
	case exists && l.Stream == info.ID:
		return l, true
	case exists && l.Stream == 0:
		return LinkAtBase(l.Path, l.Explicit, info), true
	case exists && selected:
		return LinkAtBase(l.Path, false, info), true
	}
	return l, !exists && l.Stream == 0
}

// View is a link beside the tail of its stream.
type View struct {
	Link
	Tail uint64
}

// Pending says that the stream has bytes that are not acknowledged.
func (v View) Pending() bool { return v.Tail > v.Acked }

// Ack moves the cursor to a position. It returns an error that wraps
// ErrInvalidOffset when the position lies before the cursor or beyond the tail.
func (v View) Ack(position uint64) (Link, error) {
	switch {
	case position < v.Acked:
		return v.Link, fmt.Errorf("%w: %s lies before the cursor of %q",
			ErrInvalidOffset, stream.FormatOffset(position), v.Path)
	case position > v.Tail:
		return v.Link, fmt.Errorf("%w: %s lies beyond the tail of %q",
			ErrInvalidOffset, stream.FormatOffset(position), v.Path)
	}
	v.Acked = position
	return v.Link, nil
}

// FirstPending returns the path of the first pending view.
func FirstPending(views []View) (path string, ok bool) {
	for _, view := range views {
		if view.Pending() {
			return view.Path, true
		}
	}
	return "", false
}
