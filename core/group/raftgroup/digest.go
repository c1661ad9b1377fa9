package raftgroup

import (
	"context"
	"crypto/sha256"
	"hash"
	"sync"
)

// Digest sums up the replicated state of a group. Replicas with equal Applied have
// equal sums, or do not follow the same log any more.
//
// SHA-256, because there is nothing to choose: it is in the standard library, current
// processors compute it at the speed of a disk, and an operator who compares it by
// hand knows it.
type Digest struct {
	Applied uint64 // index of the newest command in the state
	Bytes   int64  // length of what was summed up: the group's snapshot
	Sum     [sha256.Size]byte
}

// Digest sums up the state as of the first command whose index is at least from. It
// waits for that until patience ends, and then takes the state as it is. Replicas that
// are asked for the same future index so sum up the same state while writes go on.
// Proposals do not wait for it. The error is the cause of ctx.
func (e *Engine) Digest(ctx, patience context.Context, from uint64) (Digest, error) {
	f := e.instant.await(patience, from, e.freeze)
	d := Digest{Applied: f.applied}
	sum := interruptible{ctx, sha256.New()}
	var err error
	if d.Bytes, err = f.state.WriteTo(sum); err != nil {
		return Digest{}, err
	}
	sum.Hash.Sum(d.Sum[:0])
	return d, nil
}

// freeze is called with instant held.
func (e *Engine) freeze() frozen {
	return frozen{applied: e.progress.get(), state: e.replica.Freeze()}
}

// interruptible is a hash that takes no more once ctx has ended: nobody is left to
// be told the sum.
type interruptible struct {
	ctx context.Context
	hash.Hash
}

func (i interruptible) Write(b []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	return i.Hash.Write(b)
}

// instant keeps the state and the index of its newest command together: whoever
// changes or freezes both holds it.
type instant struct {
	mu      sync.Mutex
	awaited map[*awaited]struct{}
}

// awaited is somebody who waits for an index.
type awaited struct {
	from uint64
	got  chan frozen // takes one
}

// change moves the state on to an index, and hands it to whoever waits for that.
func (i *instant) change(index uint64, change func(), freeze func() frozen) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
	for a := range i.awaited {
		if a.from <= index {
			a.got <- freeze()
			delete(i.awaited, a)
		}
	}
}

// await returns the state as of the first index from on, or as it is when ctx ends.
func (i *instant) await(ctx context.Context, from uint64, freeze func() frozen) frozen {
	i.mu.Lock()
	now := freeze()
	if now.applied >= from || ctx.Err() != nil {
		i.mu.Unlock()
		return now
	}
	a := &awaited{from: from, got: make(chan frozen, 1)}
	if i.awaited == nil {
		i.awaited = map[*awaited]struct{}{}
	}
	i.awaited[a] = struct{}{}
	i.mu.Unlock()
	select {
	case f := <-a.got:
		return f
	case <-ctx.Done():
		return i.giveUp(a, freeze)
	}
}

// giveUp takes the state as it is, unless what was waited for came at that moment.
func (i *instant) giveUp(a *awaited, freeze func() frozen) frozen {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, waits := i.awaited[a]; !waits {
		return <-a.got
	}
	delete(i.awaited, a)
	return freeze()
}
