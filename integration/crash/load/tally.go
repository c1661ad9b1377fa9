package load

import "sync/atomic"

// Tally counts what the server has confirmed. A run in which one of them is
// zero has proved nothing about it.
type Tally struct {
	Appends    int64 // acknowledged appends
	Recognised int64 // of which repeated, with the first try found to have succeeded
	Forks      int64
	Closures   int64
	Deletions  int64
}

type tally struct {
	appends, recognised, forks, closures, deletions atomic.Int64
}

// Tally returns the present counts.
func (w *World) Tally() Tally {
	return Tally{
		Appends:    w.tally.appends.Load(),
		Recognised: w.tally.recognised.Load(),
		Forks:      w.tally.forks.Load(),
		Closures:   w.tally.closures.Load(),
		Deletions:  w.tally.deletions.Load(),
	}
}
