package node

import (
	"fmt"
	"path"
	"time"

	"ursula/core/bucket"
	"ursula/core/bucket/dirbucket"
	"ursula/core/cold"
	"ursula/core/journal"
	"ursula/core/shard"
	"ursula/core/wal"
)

// logCacheBytes is the memory for the newest log entries of all groups. A lone
// voter never reads them; followers that are a moment behind do.
const logCacheBytes = 8 << 20

func (n *Node) openStores() (err error) {
	o := &n.options
	if n.budget, err = cold.NewBudget(o.Marks); err != nil {
		return err
	}
	dir := path.Join(o.Dir, coldDir)
	if !o.Engine.Durable() {
		dir = path.Join(o.Dir, volatileDir)
		if err := clearDir(o.FS, dir); err != nil {
			return err
		}
	}
	if n.objects, err = dirbucket.Open(dirbucket.Options{FS: o.FS, Dir: dir}); err != nil {
		return fmt.Errorf("open cold store: %w", err)
	}
	store := bucket.Bucket(n.objects)
	if o.Cluster != nil {
		n.shared = o.Cluster.Objects(n.objects)
		store = n.shared
	}
	n.reader = cold.NewReader(store, 0)
	n.flusher = cold.NewFlusher(cold.Options{
		Bucket: store, Reader: n.reader, Budget: n.budget, Logger: o.Logger,
	})
	if o.Engine != RaftWAL {
		return nil
	}
	for range o.Shards {
		n.compactors = append(n.compactors, shard.NewCompactor(o.JournalBytes, o.Logger))
	}
	n.logs, err = wal.Open(wal.Options{CacheBytes: logCacheBytes, Journal: journal.Options{
		FS: o.FS, Dir: path.Join(o.Dir, journalDir), Shards: o.Shards,
		SegmentBytes: o.SegmentBytes, OnFatal: o.OnFatal, OnSync: n.synced,
	}})
	return err
}

// synced passes the measurement on and lets the compactors look at the journal.
func (n *Node) synced(bytes int, took time.Duration) {
	if n.options.OnSync != nil {
		n.options.OnSync(bytes, took)
	}
	for _, c := range n.compactors {
		c.Kick()
	}
}
