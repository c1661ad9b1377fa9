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
	if to, ok := e.options.Transport.(injector); ok {
		e.tail.begin(func() { e.done.Go(func() { e.keepCorrecting(to) }) })
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
	end, err := e.tail.end()
	if err != nil {
		return err
	}
	address, id := e.raft.LeaderWithID()
	answer := make(chan raft.RPCResponse, 1)
	if !to.Inject(raft.RPC{RespChan: answer, Command: &raft.AppendEntriesRequest{
		RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(id), Addr: []byte(address)},
		Term:      e.raft.CurrentTerm(), Entries: []*raft.Log{
			{Index: correction, Type: raft.LogNoop}, {Index: end.Index, Term: end.Term, Type: raft.LogNoop},
		},
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

// begin has somebody correct Raft, if nobody does yet.
func (l *tailLog) begin(start func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.correcting && !l.closed {
		l.correcting = true
		start()
	}
}

// open lets correcting begin: Raft can be asked now.
func (l *tailLog) open() {
	l.mu.Lock()
	l.correcting = false
	cut := l.cut
	l.mu.Unlock()
	if cut > 0 {
		l.correct()
	}
}

// close returns when nothing begins any more.
func (l *tailLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}

// settled ends the correcting when there is nothing to correct.
func (l *tailLog) settled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.correcting = l.cut > 0
	return !l.correcting
}

// end is the last entry of the log as it is shown, or of the snapshot that it was begun
// behind.
func (l *tailLog) end() (raft.Log, error) {
	end, _, err := tail(l, l.snapshots)
	return end, err
}

// corrected is asked by Raft's main loop, so nothing is stored meanwhile. A part that was
// stored behind the cut shows again; Raft takes it for nothing, and overwrites it.
func (l *tailLog) corrected(end *raft.Log) error {
	now, err := l.end()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut != end.Index+1 || now.Index != end.Index || now.Term != end.Term {
		return errOutdate
	}
	l.cut = 0
	return nil
}
