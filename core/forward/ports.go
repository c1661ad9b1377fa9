package forward

import (
	"context"
	"errors"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
)

// Method says what a call between nodes asks for. Values are part of the wire
// format.
type Method uint8

// The calls of this package.
const (
	MethodPropose Method = 16 // a command, for the leader
	MethodAsk     Method = 17 // do you know of later terms, and if you lead, how far are you?
	MethodAdvance Method = 19 // so far have I committed; not answered
	MethodDrive   Method = 20 // bring a fork in the making to its end
	MethodHear    Method = 21 // have you heard from these groups' leaders within this time?
)

// ErrUnreachable says that a call certainly did not reach the other node. After
// any other error it may have been carried out.
var ErrUnreachable = errors.New("node cannot be reached")

// Caller carries calls to other nodes. It may be used concurrently.
type Caller interface {
	// Call sends the parts of a payload, which it does not keep, and returns the
	// answer, which is the caller's.
	Call(ctx context.Context, peer string, m Method, payload ...[]byte) ([]byte, error)
	// CallUntil is Call that may end sooner.
	CallUntil(ctx context.Context, u Until, peer string, m Method, payload ...[]byte) ([]byte, error)
	// Tell sends without waiting for anything, and perhaps in vain.
	Tell(peer string, m Method, payload []byte)
}

// Until says when a call is not worth waiting for any more.
type Until struct {
	// Over ends the call when it is closed: at once while it has certainly not reached
	// the other node, which is ErrUnreachable then.
	Over <-chan struct{}
	// Again lets Over end it also when it may have been carried out, if no answer is on
	// its way.
	Again bool
}

// Local is a replicated group as this node has it.
type Local interface {
	group.Engine
	// Leader names the node that leads, "" when none is known, with a channel
	// that is closed when that may have changed.
	Leader() (id string, changed <-chan struct{})
	// Succeeded returns a channel that is closed once another node than id is known
	// to lead.
	Succeeded(id string) <-chan struct{}
	// Hears reports whether this node leads, or has heard from the node that does
	// within a time.
	Hears(within time.Duration) bool
	// Witnessed is ReadIndex where the voter's word is enough; ok says that it is.
	Witnessed(voter string, term uint64) (p group.Position, ok bool)
	// ReadIndex returns a position that covers all that was acknowledged before
	// voter said that it knows of no later term than this. Only the leader answers.
	ReadIndex(ctx context.Context, voter string, term uint64) (group.Position, error)
	Progress
	Ends
}

// Ends tell whether a replica is current without its leader: by where logs end.
type Ends interface {
	// LogEnd is the index behind which this node has acknowledged nothing.
	LogEnd() uint64
	// Partners are the voters of whom one may tell where its log ends, the one to prefer
	// first; none where one is not enough or entries are under way here.
	Partners() []string
	// Doubt has Partners look at the members anew: a voter says nothing, and may have left.
	Doubt()
	// Covers reports whether this replica has applied all that had been acknowledged
	// when voter said that its log ends there.
	Covers(voter string, end uint64) bool
}

// Progress is how a follower keeps up with what a leader says of itself.
type Progress interface {
	CurrentTerm() uint64
	// Position is how far this node is as a leader.
	Position() (p group.Position, leads bool)
	// Idle reports that nothing is under way that will tell followers of p.
	Idle(p group.Position) bool
	// Advance takes over the leader's commit index as far as Raft agrees.
	Advance(leader string, p group.Position)
	// Applied is the index of the last command applied here.
	Applied() uint64
	WaitApplied(ctx context.Context, index uint64) error
}

// Node is what a call from another node reaches.
type Node interface {
	// Local returns a group, nil if there is none of that number.
	Local(group uint32) Local
	// ProposeHere admits a command, stamps the clock into it and proposes it to
	// this node's own engine.
	ProposeHere(ctx context.Context, group uint32, c *stream.Command) (stream.Result, error)
	// BeginHere is ProposeHere for who cannot wait. After an error, which means that
	// nothing happened, reply is not called. Without a leader here it is
	// group.ErrNoLeader.
	BeginHere(group uint32, c *stream.Command, reply group.Reply) error
	// DriveHere brings a pending fork of a group that this node leads to its end.
	DriveHere(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error)
	// Clock is the time in Unix milliseconds as this node believes it.
	Clock() int64
}
