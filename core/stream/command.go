package stream

import "math"

// Op says what a Command does.
type Op uint8

// The operations of a group. Values are part of the log format: they are never
// reused.
const (
	OpCreate   Op = 1  // create a stream, or confirm one with the same configuration
	OpAppend   Op = 2  // append, append and close, or close
	OpDelete   Op = 3  // delete, or soft-delete while forks refer to the stream
	OpTouch    Op = 4  // a read renewed a sliding lifetime
	OpExpire   Op = 5  // reclaim a stream whose lifetime is over
	OpRetain   Op = 6  // a fork takes a reference to its source
	OpRelease  Op = 7  // a fork gives its reference back
	OpActivate Op = 8  // a pending fork got its reference and becomes visible
	OpAbandon  Op = 9  // a pending fork was refused by its source
	OpSettle   Op = 10 // a release of the outbox was carried out
	OpFlush    Op = 11 // ranges now lie in an object of the cold store
	OpSweep    Op = 12 // unreachable objects were deleted from the cold store
	OpRecord   Op = 13 // compare-and-set of the group's records
)

// Command is one change to a group, as a value. Which fields matter depends on
// Op; the others are zero. The proposer fills Now; nothing in a rule reads a
// clock.
type Command struct {
	Op  Op
	Now int64 // Unix milliseconds, stamped by the leader
	// Term is that of the log entry which brings the command, and not part of
	// its encoding: the engine fills it in when it applies. 0 where there are none.
	Term uint64
	Name Name

	// Create and append.
	ContentType string // as given by the client; empty on close-only
	Data        []byte // stored form: raw bytes, or framed JSON (see FrameJSON)
	Close       bool
	Seq         string   // Stream-Seq, empty when absent
	Producer    Producer // zero ID when absent
	Limits      Limits

	// Create only.
	Lifetime Lifetime
	Fork     *Fork

	// Forks: the reference and the incarnation that it refers to.
	Ref string
	ID  uint64
	At  uint64

	Outbox  uint64   // OpSettle: the entry carried out
	Flush   *Flush   // OpFlush
	Objects []uint64 // OpSweep
	Records *RecordBatch
}

// complete says whether a command has the part that its operation is about.
func (c *Command) complete() bool {
	switch c.Op {
	case OpFlush:
		return c.Flush != nil
	case OpRecord:
		return c.Records != nil
	}
	return true
}

// Producer is the idempotent-producer tuple of an append (PROTOCOL.md 5.2.1).
type Producer struct {
	ID    string
	Epoch uint64
	Seq   uint64
}

// Limits travel in the command so that every replica applies the same ones.
type Limits struct {
	Producers int // most producers that one stream remembers; 0 = DefaultMaxProducers
}

// DefaultMaxProducers bounds the producers that a stream remembers.
const DefaultMaxProducers = 1000

// Lifetime is when a stream expires: never, after TTL of idleness, or at a
// fixed time. At most one of the two is set.
type Lifetime struct {
	TTL       int64 // seconds of idleness; -1 means none, 0 expires at once
	ExpiresAt int64 // Unix milliseconds; 0 means none
}

// maxTTL keeps sums of times far from overflow. It is some 34,000 years.
const maxTTL = 1 << 40

// idle is the TTL in milliseconds.
func (l Lifetime) idle() int64 { return min(l.TTL, maxTTL) * 1000 }

// Slack is how many milliseconds a renewal of a sliding lifetime may be younger than
// the one that is recorded: the stream outlives its TTL by as much.
func (l Lifetime) Slack() int64 { return l.idle() / slackShare }

// Forever returns the lifetime of a stream that never expires.
func Forever() Lifetime { return Lifetime{TTL: -1} }

// Fork says where a stream's inherited bytes come from.
type Fork struct {
	Source    Name
	SourceID  uint64 // incarnation of the source, which alone can grant the reference
	At        uint64 // first byte that is the fork's own
	Requested uint64 // Stream-Fork-Offset as requested, or CurrentTail
	Sub       uint64 // Stream-Fork-Sub-Offset as requested
	Inherits  bool   // no lifetime was requested: the source's is taken over
	Ref       string // unique token of this fork's reference
}

// CurrentTail as Fork.Requested stands for a Stream-Fork-Offset that was left
// out. The source may have grown by the time the request comes again, so such a
// request confirms a fork whatever its offset.
const CurrentTail = math.MaxUint64

// offset is the requested offset with the default filled in.
func (f *Fork) offset() uint64 {
	if f.Requested == CurrentTail {
		return f.At
	}
	return f.Requested
}

// Flush says that an object of the cold store holds these ranges.
type Flush struct {
	Object uint64
	Size   int64 // bytes of the object
	Ranges []FlushedRange
}

// FlushedRange is a stream's range inside an object.
type FlushedRange struct {
	Name   Name
	ID     uint64
	From   uint64
	To     uint64
	Offset uint64 // where From lies in the object
}

// RecordBatch changes the group's records all together or not at all.
type RecordBatch struct {
	Checks []RecordCheck
	Sets   []RecordSet
}

// RecordCheck demands that a record is at a version; 0 means it must not exist.
type RecordCheck struct {
	Key     string
	Version uint64
}

// RecordSet writes a record, or deletes it when Value is nil.
type RecordSet struct {
	Key   string
	Value []byte
}
