package keeper

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

// Roster is the record of who belongs to the cluster.
type Roster interface {
	// Roster returns the newest roster that this node has applied, of version 0
	// when there is none. It does not wait.
	Roster() member.Roster
	// Update reads the roster, linearizably, and replaces it by what change makes
	// of it, again when somebody else was faster; an unchanged version writes
	// nothing. change is given version 0 when there is none, and its error is
	// returned as it is. It works from any node.
	Update(ctx context.Context, change func(member.Roster) (member.Roster, error)) error
}

// Groups are this node's replicas.
type Groups interface {
	// View describes every group. It does not wait.
	View() []place.Replica
	place.Mover
}

// Peers are the other members.
type Peers interface {
	// Report returns what a member tells about itself, as its keeper's Report.
	Report(ctx context.Context, id string) (place.Report, error)
}

// Options configure a keeper. Self and the ports must be given.
type Options struct {
	Self   string
	Roster Roster
	Groups Groups
	Peers  Peers

	// First is the roster of a founder's cluster, to be written when there is
	// none; of version 0 on other nodes.
	First member.Roster
	// Unfit returns why this node must not lead, such as a full disk, and "" if it
	// may. It does not wait. Nil is always fit.
	Unfit func() string
	// Cold returns how far this node's copies of cold objects are, as of all that
	// Groups has shown before. It does not wait. Nil has all of them always.
	Cold func() place.Cold

	Limits   place.Limits  // place.DefaultLimits if zero
	Interval time.Duration // between rounds when nothing happens; 1 s if 0
	Patience time.Duration // for a report, and for a move; 1 s and 10 times that if 0
	Outage   time.Duration // without a leader until this node cannot serve a group; 10 s if 0
	Log      *slog.Logger  // nil discards
}

// Keeper is the loop of one node. Methods may be called concurrently.
type Keeper struct {
	Options
	wake chan struct{} // holds a token when a round is due

	mu       sync.Mutex
	leaving  bool          // StepDown was called
	status   place.Status  // of the last round
	outage   outage        // as of the last round
	finished chan struct{} // closed at the end of the round
}

// New returns a keeper that does nothing until Run.
func New(o Options) *Keeper {
	if o.Unfit == nil {
		o.Unfit = func() string { return "" }
	}
	if o.Cold == nil {
		o.Cold = func() place.Cold { return place.Cold{} }
	}
	if o.Limits == (place.Limits{}) {
		o.Limits = place.DefaultLimits()
	}
	if o.Interval == 0 {
		o.Interval = time.Second
	}
	if o.Patience == 0 {
		o.Patience = time.Second
	}
	if o.Outage == 0 {
		o.Outage = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{Options: o, wake: make(chan struct{}, 1), finished: make(chan struct{})}
}

// Run keeps the groups until ctx ends. It is called once.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(k.Interval)
	defer tick.Stop()
	for ctx.Err() == nil {
		next := tick.C
		if k.round(ctx) { // one step makes the next one possible, once the replicas show it
			next = time.After(k.Interval / 50)
		}
		select {
		case <-next:
		case <-k.wake:
		case <-ctx.Done():
		}
	}
}

// Wake makes the next round begin at once: the roster, a leader or the fitness of
// this node has changed. It never waits.
func (k *Keeper) Wake() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Report is what this node tells the others about itself.
func (k *Keeper) Report() place.Report {
	own := k.Groups.View() // before the cold objects: what is applied there has been told here
	return place.NewReport(k.Roster.Roster().Version, k.unfit(), k.Cold(), own)
}

// Status describes the cluster as this node saw it in its last round. The caller
// must not modify it.
func (k *Keeper) Status() place.Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.status
}
