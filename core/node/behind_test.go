package node

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// behind is a cluster with a node that needs a snapshot of each of two groups.
type behind struct {
	*trio
	victim *peer
	names  [2]stream.Name
	step   int // the power goes after so many operations
	rng    *rand.Rand
	shared *faultfs.FS   // the disk of the object store
	disks  []*faultfs.FS // of an image

	want [2]string

	mu    sync.Mutex
	ops   []string    // of the victim, from the first byte on
	last  [2]standing // what it stands by
	crash *faultfs.FS // what the power cut left
	cut   func()      // tells those who wait for the victim
}

// begin makes the victim a follower of both groups, or their leader.
func (b *behind) begin(leads bool) {
	b.victim = b.peers[2]
	for i := range b.names {
		b.names[i] = inGroup(b.victim.Node, uint32(1+i), "s")
		mustCreate(b.t, b.victim.Node, creation(b.names[i], octets))
		if leads {
			b.move(b.names[i], b.victim)
		} else {
			b.move(b.names[i], b.peers[i])
		}
		b.append(b.victim, i, 3, 100)
	}
}

func (b *behind) append(p *peer, i, times, size int) {
	b.t.Helper()
	for range times {
		data := string(filler(len(b.want[i]), size))
		mustAppend(b.t, p.Node, addition(b.names[i], octets, []byte(data)))
		b.want[i] += data
	}
}

// missAll has the others write and drop their logs while the victim is away.
func (b *behind) missAll() {
	b.begin(false)
	b.net.Isolate(b.victim.id)
	for i := range b.names {
		b.append(b.peers[i], i, trailingLogs, 20)
		b.append(b.peers[i], i, 5, 2000)
		b.compact(i)
	}
}

// lose has the victim go with entries that nobody else has, of the indexes of the
// snapshots that it will need.
func (b *behind) lose() {
	b.begin(true)
	b.net.Isolate(b.victim.id)
	for i := range b.names {
		ctx, cancel := context.WithTimeout(b.t.Context(), 300*time.Millisecond)
		go func() { _, _ = b.victim.Append(ctx, addition(b.names[i], octets, []byte("lost"))) }()
		time.Sleep(time.Millisecond)
		if err := b.victim.group(b.names[i]).local.AddLearner(ctx, "d"); err == nil {
			b.t.Error("a learner was added by nobody")
		}
		cancel()
	}
	time.Sleep(20 * time.Second)
	for i := range b.names {
		leader, _ := b.leads(b.names[i])
		b.append(leader, i, trailingLogs, 20)
		b.compact(i)
	}
}

func (b *behind) compact(i int) {
	b.t.Helper()
	for _, p := range b.peers[:2] {
		if err := p.group(b.names[i]).engine.Compact(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// observe cuts the power. What the node still does reaches nobody, nor its disk.
func (b *behind) observe(op faultfs.Op, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crash != nil {
		return
	}
	b.ops = append(b.ops, fmt.Sprintf("%s %s", op, name))
	for i := range b.last {
		snapshotted := b.last[i].snapshotted
		if b.last[i] = b.stand(i); op != faultfs.OpSyncDir {
			b.last[i].snapshotted = snapshotted
		}
	}
	if len(b.ops) == b.step {
		b.net.Isolate(b.victim.id)
		b.crash = b.victim.disk.CrashClone(b.rng)
		b.cut()
	}
}

// follow has the victim follow by the logs, unless ctx ends.
func (b *behind) follow(ctx context.Context) {
	b.t.Helper()
	for i := range b.names {
		leader, _ := b.leads(b.names[i])
		b.append(leader, i, 1, 50)
		p, _ := leader.group(b.names[i]).local.Position()
		patient, cancel := context.WithTimeout(ctx, time.Minute)
		err := b.victim.group(b.names[i]).local.WaitApplied(patient, p.Applied)
		cancel()
		if err != nil && ctx.Err() == nil {
			b.t.Errorf("%s does not follow: %v", b.names[i], err)
		}
	}
}

func (b *behind) agree() {
	b.t.Helper()
	for i, name := range b.names {
		b.wantContent(name, b.want[i])
		b.digest(name)
	}
}

// standing is what a node has said of a group on which others rely.
type standing struct {
	term, voted       uint64 // its current one, and that of its last vote
	vote              string
	last, snapshotted uint64 // indexes
}

func (b *behind) stands() (s [2]standing) {
	for i := range s {
		s[i] = b.stand(i)
	}
	return s
}

func (b *behind) stand(i int) (s standing) {
	g := b.victim.group(b.names[i])
	var errs [5]error
	s.term, errs[0] = g.log.GetUint64([]byte("CurrentTerm"))
	s.voted, errs[1] = g.log.GetUint64([]byte("LastVoteTerm"))
	vote, _ := g.log.Get([]byte("LastVoteCand"))
	s.vote = string(vote)
	s.last, errs[2] = g.log.LastIndex()
	files, err := b.victim.disk.List(fmt.Sprintf("data/groups/%05d", g.id))
	errs[3] = err
	for _, f := range files {
		if number, ok := strings.CutSuffix(f, ".snap"); ok {
			s.snapshotted, errs[4] = strconv.ParseUint(number, 10, 64)
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		b.t.Error(err)
	}
	return s
}

// remembers checks what the victim stands by after the crash: its term and its vote,
// and as many entries as before, in its log or covered by a snapshot.
func (b *behind) remembers() {
	b.t.Helper()
	for i, after := range b.stands() {
		before := b.last[i]
		has, had := max(after.last, after.snapshotted), max(before.last, before.snapshotted)
		if after.term < before.term || has < had || after.voted < before.voted ||
			after.voted == before.voted && after.vote != before.vote {
			b.t.Errorf("%s: stood by %+v before the crash, and by %+v after", b.names[i], before, after)
		}
	}
}
