package transport

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// future implements raft.AppendFuture and waiter.
type future struct {
	p     *pipeline
	id    uint64
	start time.Time
	args  *raft.AppendEntriesRequest
	resp  *raft.AppendEntriesResponse
	ready bool // answered; guarded by the pipeline
	done  sync.WaitGroup
	err   error // set before done
}

func (f *future) finish(err error) {
	f.err = err
	f.done.Done()
}

func (f *future) answered(m message) {
	f.finish(decodeAnswer(m, f.p.c.from, f.resp))
	f.p.deliver(f)
}

func (f *future) lost(cause error) {
	f.finish(lost(cause))
	f.p.end(f.err)
}

// Error implements raft.Future. It waits for the answer.
func (f *future) Error() error {
	f.done.Wait()
	return f.err
}

// Start implements raft.AppendFuture.
func (f *future) Start() time.Time { return f.start }

// Request implements raft.AppendFuture.
func (f *future) Request() *raft.AppendEntriesRequest { return f.args }

// Response implements raft.AppendFuture. It is for after Error.
func (f *future) Response() *raft.AppendEntriesResponse { return f.resp }
