package protocol

import (
	"strconv"
	"time"
)

// Cursors are numbers of intervals since an epoch (PROTOCOL.md 10.1).
const (
	cursorInterval = 20 * time.Second
	maxJitter      = 3600 // seconds
)

// cursorEpoch is 2024-10-09T00:00:00Z, in Unix seconds.
const cursorEpoch = 1728432000

// interval is the number of the current interval.
func (h *Handler) interval() uint64 {
	return uint64(max(0, h.opts.Now().Unix()-cursorEpoch)) / uint64(cursorInterval/time.Second)
}

// nextCursor is the cursor to answer with to a client that came with its own, 0
// for none. It is the current interval, unless that would keep the client in a
// cache's loop: then it lies beyond the client's by a random 1 to 3600 seconds,
// in intervals.
func (h *Handler) nextCursor(client uint64) uint64 {
	now := h.interval()
	if client < now {
		return now
	}
	seconds := uint64(1 + h.opts.Random(maxJitter))
	step := uint64(cursorInterval / time.Second)
	return client + (seconds+step-1)/step
}

func formatCursor(cursor uint64) []string {
	return []string{strconv.FormatUint(cursor, 10)}
}
