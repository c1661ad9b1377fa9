package raftgroup

import "slices"

// LogEnd is the index behind which this node has acknowledged nothing.
func (e *Engine) LogEnd() uint64 { return e.raft.LastIndex() }

// Partners are the voters of whom one's word about its log would do for Covers. The next
// one in the order of the members is first, as they were when they were looked at last, for
// that costs most of a question. There are none where one is not enough, or entries are
// under way here. The slice must not be changed.
func (e *Engine) Partners() []string {
	if !e.settled(0) {
		return nil
	}
	v := e.voters.Load()
	if v == nil {
		e.quorum()
		v = e.voters.Load()
	}
	if v == nil || v.need != 1 {
		return nil
	}
	return v.others
}

// Doubt has Partners look at the members anew. A change of theirs that came with a snapshot,
// or was taken back, is told to nobody.
func (e *Engine) Doubt() { e.voters.Store(nil) }

// Covers reports whether this replica has applied all that had been acknowledged when
// voter said that its log ends at end. Leaders have no part in that: what was acknowledged
// is in the log of a majority, and so in the log of one of any majority. DESIGN.md of
// core/group has the proof.
//
// The log is looked at on both sides of its members. Members that are newer than it do not
// count: several changes may have come meanwhile, and older members have committed what is
// not here. Nor do older ones, with which newer members may have committed without the two.
func (e *Engine) Covers(voter string, end uint64) bool {
	if !e.settled(end) {
		return false
	}
	others, need := e.quorum()
	return need == 1 && slices.Contains(others, voter) && e.settled(end)
}

// settled reports whether all of this log is committed and applied, and it reaches to end.
// What is read is read in this order, so that what comes meanwhile makes it a no.
func (e *Engine) settled(end uint64) bool {
	last := e.raft.LastIndex()
	return last >= end && e.raft.CommitIndex() >= last && e.progress.get() >= e.tail.lastCommand()
}
