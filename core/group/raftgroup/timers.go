package raftgroup

import "time"

// Timers of a group. They are long because a starved host misses short ones and
// then elects for nothing.
type Timers struct {
	Heartbeat time.Duration // of silence until a follower stands for election
	Election  time.Duration
	Lease     time.Duration // without a majority until a leader steps down
	Commit    time.Duration // until an idle leader repeats what is committed
}

// One voter needs none of the timers in practice.
func loneTimers() Timers {
	return Timers{
		Heartbeat: 2 * time.Second, Election: 2 * time.Second,
		Lease: 1500 * time.Millisecond, Commit: 200 * time.Millisecond,
	}
}

// heartbeatPerGroup lets the heartbeats of a cluster grow with its groups only up
// to some 1400 a second for two followers, which is a few percent of a core.
const heartbeatPerGroup = 10 * time.Millisecond

// TimersFor returns the timers of a cluster with so many groups. A leader sends
// a heartbeat every tenth to fifth of Heartbeat for each group and follower, so
// that the cost of idle groups would grow with their number. Leaders that end are
// succeeded without waiting for the timers (Succession), and followers hear of
// commits at once by other ways; so both are for those who missed it.
func TimersFor(groups int) Timers {
	heartbeat := max(1200*time.Millisecond, time.Duration(groups)*heartbeatPerGroup)
	return Timers{
		Heartbeat: heartbeat, Election: heartbeat,
		Lease: heartbeat * 5 / 6, Commit: heartbeat / 2,
	}
}

// Contact is how long a follower may have to wait for its leader's next heartbeat:
// that is sent every tenth to fifth of the silence, and may wait for those of
// other groups.
func (t Timers) Contact() time.Duration { return t.Heartbeat/5 + 250*time.Millisecond }
