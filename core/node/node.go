package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"ursula/core/bucket/dirbucket"
	"ursula/core/cold"
	"ursula/core/forward"
	"ursula/core/route"
	"ursula/core/shard"
	"ursula/core/stream"
	"ursula/core/wal"
)

// Node is an open data directory and the groups in it. All methods may be
// called concurrently.
type Node struct {
	options   Options
	directory *Directory
	id        Identity
	table     route.Table

	logs    *wal.Set // nil unless the engine is RaftWAL
	objects *dirbucket.Bucket
	shared  Objects // over objects and the other members'; nil on a node for itself
	budget  *cold.Budget
	reader  *cold.Reader
	flusher *cold.Flusher

	loads  []load // by shard
	groups []*member
	opened atomic.Bool // groups are complete

	membersKick chan struct{} // holds a token when the members may have changed

	compactors []*shard.Compactor
	expiry     *expiry
	settler    *settler
	drives     *drives
	questions  *forward.Questions
	notices    *forward.Notices // the same
	silence    *silence         // the same
	successors *successions

	fitness  fitness
	arriving atomic.Int64 // bytes admitted that rings do not count yet
	stop     context.CancelFunc
	workers  sync.WaitGroup
	closing  sync.Once
}

// Open opens the data directory, recovers every group in it, and begins the
// background work. It returns once all groups serve. Damage is a typed error
// that names the file and the place.
func Open(ctx context.Context, o Options) (*Node, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	directory, err := claimAlone(&o)
	if err != nil {
		return nil, err
	}
	id := directory.Identity()
	n := &Node{
		options: o, directory: directory, id: id,
		table: route.Table{Groups: uint32(id.Groups), Shards: o.Shards},
		loads: make([]load, o.Shards), membersKick: make(chan struct{}, 1),
		fitness: fitness{room: o.Room},
	}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	if err := n.openStores(); err != nil {
		return err
	}
	n.expiry, n.settler, n.drives = newExpiry(n), newSettler(n), newDrives()
	n.successors = newSuccessions()
	if c := n.options.Cluster; c != nil {
		n.questions = forward.NewQuestions(n, c.Calls)
		n.notices = forward.NewNotices(n, c.Calls, c.Peers)
		n.silence = newSilence()
	}
	if err := n.openGroups(); err != nil {
		return err
	}
	if err := n.syncDirs(); err != nil {
		return err
	}
	if err := n.directory.begin(); err != nil {
		return err
	}
	if n.options.Cluster == nil {
		if err := n.Ready(ctx); err != nil {
			return err
		}
	}
	n.startWorkers()
	return nil
}

// Ready returns once every group has a leader that answers.
func (n *Node) Ready(ctx context.Context) error {
	for _, g := range n.groups {
		if err := g.engine.Confirm(ctx); err != nil {
			return fmt.Errorf("group %d: %w", g.id, err)
		}
	}
	return nil
}

func (n *Node) startWorkers() {
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	n.workers.Go(func() { n.flusher.Run(ctx) })
	n.workers.Go(func() { n.expiry.run(ctx) })
	n.workers.Go(func() { n.settler.run(ctx) })
	n.workers.Go(func() { n.successors.run(ctx, n) })
	if n.silence != nil {
		n.workers.Go(func() { n.silence.run(ctx, n) })
	}
	for _, c := range n.compactors {
		n.workers.Go(func() { c.Run(ctx, n.logs) })
	}
}

// Close stops the background work and the groups. Proposals that are under way
// get their answer or an error first. A second call does nothing.
func (n *Node) Close() (err error) {
	n.closing.Do(func() { err = n.close() })
	return err
}

func (n *Node) close() error {
	if n.stop != nil {
		n.stop()
		n.workers.Wait()
	}
	errs := []error{n.closeGroups()}
	if n.logs != nil {
		errs = append(errs, n.logs.Close())
	}
	if n.shared != nil {
		n.shared.Close()
	}
	if n.objects != nil {
		n.objects.Close()
	}
	return errors.Join(append(errs, n.directory.Close())...)
}

// Groups is the number of groups.
func (n *Node) Groups() int { return n.id.Groups }

// Shards is the number of shards.
func (n *Node) Shards() int { return n.options.Shards }

func (n *Node) now() int64 { return n.options.Now().UnixMilli() }

func (n *Node) group(name stream.Name) *member { return n.groups[n.table.Group(name)] }

// Durable reports whether what is acknowledged is on disk.
func (n *Node) Durable() bool { return n.options.Engine.Durable() }
