package node

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"ursula/core/cold"
	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
	"ursula/core/vfs"
)

// Engine names how groups replicate.
type Engine string

// The engines. Only RaftWAL keeps anything beyond the process.
const (
	RaftWAL    Engine = "raft-wal"
	RaftMemory Engine = "raft-memory"
	Memory     Engine = "memory"
)

// Durable reports whether what is acknowledged is on disk.
func (e Engine) Durable() bool { return e == RaftWAL }

// GroupsPerCore is the default number of groups for each core.
const GroupsPerCore = 8

// CoresPerShard is how many cores share a journal by default. More journals on
// one disk mean more and smaller syncs: on two cores and 500 writers, an append
// took 16 to 17 us of processor time with one journal and 19 to 20 us with two.
const CoresPerShard = 4

// MaxGroups bounds the groups of a directory.
const MaxGroups = 1 << 16

// Options are what a node is made of. FS, Dir, Engine and Marks are required.
type Options struct {
	FS     vfs.FS
	Dir    string
	Engine Engine

	// Directory is Dir when the caller has claimed and formed it; the node closes
	// it in the end. Left out, Dir is opened as that of a node for itself.
	Directory *Directory
	// Cluster connects a member to the others; nil for a node for itself.
	Cluster *Cluster

	Groups       int        // 0: what the directory says, or GroupsPerCore for each core
	Shards       int        // 0: one for every CoresPerShard cores
	SegmentBytes int64      // of the journal; 0: its default
	JournalBytes int64      // journal segments kept before groups must snapshot; 0: 16 segments a shard
	Marks        cold.Marks // of hot bytes
	Room         Room       // of the disk, for leading; zero: two and four segments

	MaxProducers int // that one stream remembers; 0: stream.DefaultMaxProducers

	// Publish takes what groups applied, on their goroutines: it must not block.
	Publish func([]stream.Event)
	// Restored is told that a group's state was replaced: what was published may
	// not have been all that happened. It must not block.
	Restored func()
	// Led is told that this node began or ceased to lead some group. It must not
	// block.
	Led func()
	// Succeeded is told that another node leads than before, this one or not, of groups
	// whose streams it is given. Those who wait there may look again: the replica brings
	// all that the former leader acknowledged, but perhaps later than a read would.
	Succeeded func(of func(stream.Name) bool)
	// OnFatal is told once when the node must not go on.
	OnFatal func(error)
	// OnSync is called after each journal write with its size and duration.
	OnSync func(bytes int, took time.Duration)

	Now    func() time.Time
	Logger *slog.Logger
	Tracer trace.Tracer // nil: nothing is followed

	// between, if not nil, puts something between the node and a group's engine
	// before anybody uses that. It is for tests.
	between func(group.Engine) group.Engine
}

// validate refuses what must not be written into a new directory.
func (o *Options) validate() error {
	switch o.Engine {
	case RaftWAL, RaftMemory, Memory:
	default:
		return fmt.Errorf("unknown engine %q", o.Engine)
	}
	if o.Groups < 0 || o.Groups > MaxGroups {
		return fmt.Errorf("%d groups: want 1 to %d", o.Groups, MaxGroups)
	}
	return errors.Join(o.Marks.Validate(), o.Room.validate())
}

func (o Options) withDefaults() Options {
	if o.Shards == 0 {
		o.Shards = max(1, runtime.NumCPU()/CoresPerShard)
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 32 << 20
	}
	if o.JournalBytes == 0 {
		o.JournalBytes = 16 * o.SegmentBytes * int64(o.Shards)
	}
	if o.Room == (Room{}) {
		o.Room = roomFor(o.SegmentBytes)
	}
	if o.Publish == nil {
		o.Publish = func([]stream.Event) {}
	}
	if o.Restored == nil {
		o.Restored = func() {}
	}
	if o.Led == nil {
		o.Led = func() {}
	}
	if o.Succeeded == nil {
		o.Succeeded = func(func(stream.Name) bool) {}
	}
	o.OnFatal = once(o.OnFatal)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// once passes the first error on. The journal and every group may find that the
// node must not go on, and each of them at the same time.
func once(tell func(error)) func(error) {
	var first sync.Once
	return func(err error) {
		first.Do(func() {
			if tell != nil {
				tell(err)
			}
		})
	}
}
