package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"ursula/core/vfs"
)

// Replay receives every record that recovery finds, in append order within its
// group. It returns the positions that the record has made obsolete, its own
// among them if the record need not be kept. The payload is valid during the
// call only. An error ends Open.
type Replay func(Record, Position) (obsolete []Position, err error)

// Journal is an open journal. All methods may be called concurrently.
type Journal struct {
	options  Options
	fs       vfs.FS
	lock     io.Closer
	registry *registry
	writers  []*Writer

	generation uint64
	lastNumber uint64 // owned by Open, then by the tender

	work    chan struct{} // tells the tender that something changed
	stop    chan struct{}
	stopped chan struct{}

	failure atomic.Pointer[error]
	fatal   sync.Once

	frames, records, bytes atomic.Uint64
}

// Open locks the directory, replays what it holds and prepares a fresh segment
// for each shard. Damage to acknowledged records gives a CorruptionError, a
// directory in use vfs.ErrLocked.
func Open(o Options, replay Replay) (*Journal, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := makeDir(o.FS, o.Dir); err != nil {
		return nil, fmt.Errorf("journal: make directory: %w", err)
	}
	lock, err := o.FS.Lock(filepath.Join(o.Dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := newJournal(o, lock)
	if err := j.start(replay); err != nil {
		j.closeFiles()
		return nil, err
	}
	go j.tend()
	j.poke()
	return j, nil
}

func newJournal(o Options, lock io.Closer) *Journal {
	return &Journal{
		options:  o,
		fs:       o.FS,
		lock:     lock,
		registry: newRegistry(),
		work:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
}

// start recovers the old generations and begins a new one.
func (j *Journal) start(replay Replay) error {
	if err := j.recover(replay); err != nil {
		return err
	}
	j.generation++
	for shard := range j.options.Shards {
		s, err := j.createSegment(shard, min(firstSegmentBytes, j.options.SegmentBytes))
		if err != nil {
			return fmt.Errorf("journal: first segment: %w", err)
		}
		j.writers = append(j.writers, newWriter(j, shard, s))
	}
	return nil
}

// Writer returns the writer of a shard, counted from 0.
func (j *Journal) Writer(shard int) *Writer { return j.writers[shard] }

// Close waits for the appends under way, seals the segments and gives the
// directory back. Later appends return ErrClosed. Call it once.
func (j *Journal) Close() error {
	for _, w := range j.writers {
		w.shut()
	}
	close(j.stop)
	<-j.stopped
	var errs []error
	if j.failed() == nil {
		for _, w := range j.writers {
			errs = append(errs, w.finish())
		}
		errs = append(errs, j.fs.SyncDir(j.options.Dir))
	}
	errs = append(errs, j.closeFiles())
	return errors.Join(errs...)
}

func (j *Journal) closeFiles() error {
	j.registry.mu.Lock()
	all := j.registry.sorted()
	clear(j.registry.segments)
	j.registry.mu.Unlock()
	for _, s := range all {
		j.registry.forget(s)
	}
	return j.lock.Close()
}

// fail makes the journal refuse everything from now on.
func (j *Journal) fail(err error) error {
	err = fmt.Errorf("journal: disk failed: %w", err)
	j.failure.CompareAndSwap(nil, &err)
	j.fatal.Do(func() {
		for _, w := range j.writers {
			w.interrupt()
		}
		if j.options.OnFatal != nil {
			j.options.OnFatal(err)
		}
	})
	return j.failed()
}

func (j *Journal) failed() error {
	if err := j.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// makeDir makes the directory and its entry in the parent durable.
func makeDir(fsys vfs.FS, dir string) error {
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(dir))
}
