package raftgroup

import (
	"errors"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// correction is the index of an entry that is none. It lies behind any log, so Raft has it
// stored, and takes the entry that comes with it for the last one of its log.
const correction = 1<<63 - 1

var (
	errBusy    = errors.New("no room for a message")
	errOutdate = errors.New("the log does not end there any more")
)

// correct tells this node's Raft where its log ends, in the form that a leader would use: a
// message with entries to store. It does so until Raft has heard it, or knows by itself,
// because it has stored something. It needs no space on the disk.
func (e *Engine) correct() {
	if to, ok := e.options.Transport.(injector); ok && e.tail.begin() {
		go e.keepCorrecting(to)
	}
}

func (e *Engine) keepCorrecting(to injector) {
	for pause := tellAgain; !e.tail.settled(); {
		if e.correctOnce(to) == nil {
			continue
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, e.options.Timers.Commit)
		case <-e.leadership.closed:
			return
		}
	}
}

// correctOnce waits for Raft's answer. One that has another term by then does not listen.
func (e *Engine) correctOnce(to injector) error {
	entries, err := e.tail.correction()
	if err != nil {
		return err
	}
	address, id := e.raft.LeaderWithID()
	answer := make(chan raft.RPCResponse, 1)
	if !to.Inject(raft.RPC{RespChan: answer, Command: &raft.AppendEntriesRequest{
		RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(id), Addr: []byte(address)},
		Term:      e.raft.CurrentTerm(), Entries: entries,
	}}) {
		return errBusy
	}
	select {
	case <-answer:
		return nil
	case <-e.leadership.closed:
		return group.ErrShutdown
	}
}

// begin says that nobody corrects Raft yet.
func (l *tailLog) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := !l.correcting
	l.correcting = true
	return began
}

// settled ends the correcting when there is nothing to correct.
func (l *tailLog) settled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.correcting = l.doubt
	return !l.doubt
}

// correction is what Raft has to hear: the entries of its last attempt that were stored,
// for they may change the members, and the end of the log.
func (l *tailLog) correction() ([]*raft.Log, error) {
	end, _, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return nil, err
	}
	first, err := l.FirstIndex()
	if err != nil {
		return nil, err
	}
	entries := []*raft.Log{{Index: correction, Type: raft.LogNoop}}
	for i := max(first, l.attempted()); first > 0 && i < end.Index; i++ {
		entry := new(raft.Log)
		if err := l.GetLog(i, entry); err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return append(entries, &end), nil
}

func (l *tailLog) attempted() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from
}

// corrected is asked by Raft's main loop, so nothing is stored meanwhile.
func (l *tailLog) corrected(end *raft.Log) error {
	now, _, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.doubt || now.Index != end.Index || now.Term != end.Term {
		return errOutdate
	}
	l.doubt = false
	return nil
}
