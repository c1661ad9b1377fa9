// Package tail tells those who wait at a stream's tail that something changed.
//
// A Hub keeps a topic for each stream that somebody watches, and nothing for
// the others. A topic holds a bounded window of the newest events, so that a
// reader that keeps up gets new bytes without reading the stream again, and so
// that what is made of an event (a wire frame, say) is made once and shared.
//
// Invariants:
//   - an event is a hint. A reader that cannot find its offset in the window is
//     told that it is Stale and reads the stream; no byte depends on an event
//     having come or having been kept;
//   - a watch that began before a read of the stream misses nothing that the
//     read did not show, provided that an event is published after the change
//     that it tells of can be read;
//   - events of a stream come from its replica here, by Publish, and sooner from
//     where it is led, by Hint. A topic moves forward only: what it knows already
//     is neither kept twice nor announced again, whichever came first;
//   - a reader holds an offset, never a place in the window, so a slow one pins
//     no memory;
//   - windows are bounded per topic and together, watches are counted and
//     limited, and Publish waits for nothing.
//
// The package does not know HTTP, the network, or where a stream's bytes lie.
package tail
