package forward_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

// fakeLocal is a group as one node has it, and does what the test says.
type fakeLocal struct {
	group.Engine // what the package has no business with
	propose      func(context.Context, *stream.Command) (stream.Result, error)
	confirm      func(context.Context) error
	idle         bool
	doubted      bool // one voter's word is not enough
	term         uint64
	contact      time.Duration // since the leader was heard
	partner      string        // whose word of its log's end is enough; "" for nobody
	others       []string      // whose word would do, too
	end          uint64        // of its log
	applied      bool          // all of it
	stuck        bool          // nothing more is applied
	doubts       int           // of the partner

	mu       sync.Mutex
	leader   string
	changed  chan struct{}
	leads    bool
	at       group.Position
	advanced []group.Position
	proposed []stream.Command
}

func newLocal(leader string, leads bool) *fakeLocal {
	return &fakeLocal{leader: leader, leads: leads, changed: make(chan struct{})}
}

// elect makes another node the leader.
func (l *fakeLocal) elect(leader string, here bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leader, l.leads = leader, here
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *fakeLocal) Leads() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leads
}

func (l *fakeLocal) Leader() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leader, l.changed
}

// Succeeded knows no leader before the present one, and no other node that waits.
func (l *fakeLocal) Succeeded(id string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leader != id {
		past := make(chan struct{})
		close(past)
		return past
	}
	return l.changed
}

func (l *fakeLocal) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	l.mu.Lock()
	l.proposed = append(l.proposed, *c)
	l.mu.Unlock()
	if l.propose == nil {
		return stream.Result{}, nil
	}
	return l.propose(ctx, c)
}

func (l *fakeLocal) Confirm(ctx context.Context) error {
	if l.confirm == nil {
		return nil
	}
	return l.confirm(ctx)
}

func (l *fakeLocal) ReadIndex(context.Context, string, uint64) (group.Position, error) {
	p, leads := l.Position()
	if !leads {
		return p, group.ErrNoLeader
	}
	return p, nil
}

func (l *fakeLocal) Witnessed(_ string, term uint64) (group.Position, bool) {
	p, leads := l.Position()
	return p, leads && term <= l.term && !l.doubted
}

func (l *fakeLocal) Hears(within time.Duration) bool { return l.contact < within }

func (l *fakeLocal) LogEnd() uint64 { return l.end }

func (l *fakeLocal) Partners() []string {
	if l.partner == "" {
		return nil
	}
	return append([]string{l.partner}, l.others...)
}

func (l *fakeLocal) Doubt() { l.doubts++ }

func (l *fakeLocal) Covers(voter string, end uint64) bool {
	return (voter == l.partner || slices.Contains(l.others, voter)) && l.applied && end <= l.end
}

func (l *fakeLocal) Applied() uint64 { return 0 }

func (l *fakeLocal) CurrentTerm() uint64 { return l.term }

func (l *fakeLocal) Position() (group.Position, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at, l.leads
}

func (l *fakeLocal) Idle(group.Position) bool { return l.idle }

func (l *fakeLocal) Advance(_ string, p group.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.advanced = append(l.advanced, p)
}

func (l *fakeLocal) told() []group.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.advanced)
}

func (l *fakeLocal) seen() []stream.Command {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.proposed)
}

func (l *fakeLocal) WaitApplied(ctx context.Context, _ uint64) error {
	if !l.stuck {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// fakeNode is a node with some groups and a clock.
type fakeNode struct {
	groups map[uint32]*fakeLocal
	clock  int64
}

func (n *fakeNode) Local(id uint32) forward.Local {
	if l, ok := n.groups[id]; ok {
		return l
	}
	return nil
}

func (n *fakeNode) ProposeHere(ctx context.Context, id uint32, c *stream.Command) (stream.Result, error) {
	c.Now = n.clock
	return n.groups[id].Propose(ctx, c)
}

func (n *fakeNode) BeginHere(id uint32, c *stream.Command, reply group.Reply) error {
	reply.Outcome(n.ProposeHere(context.Background(), id, c))
	reply.Send()
	return nil
}

func (n *fakeNode) DriveHere(_ context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	return stream.Result{Next: f.At, Info: &stream.Info{Name: name}}, nil
}

func (n *fakeNode) Clock() int64 { return n.clock }

// message is what was sent to a node.
type message struct {
	peer    string
	method  forward.Method
	payload []byte
}

// fakeCalls answers calls as the test says and keeps what was sent.
type fakeCalls struct {
	answer func(ctx context.Context, m message) ([]byte, error)

	mu   sync.Mutex
	sent []message
}

// silent are calls to peers that agree, but one that never answers.
func silent(peer string) *fakeCalls {
	return &fakeCalls{answer: func(ctx context.Context, m message) ([]byte, error) {
		if m.peer == peer {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return agreeing(m), nil
	}}
}

func (c *fakeCalls) Call(ctx context.Context, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	return c.answer(ctx, c.keep(peer, m, payload...))
}

func (c *fakeCalls) CallUntil(ctx context.Context, u forward.Until, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	if u.Again {
		go func() {
			select {
			case <-u.Over:
				leave()
			case <-ctx.Done():
			}
		}()
	}
	return c.Call(ctx, peer, m, payload...)
}

func (c *fakeCalls) Tell(peer string, m forward.Method, payload []byte) { c.keep(peer, m, payload) }

func (c *fakeCalls) keep(peer string, m forward.Method, payload ...[]byte) message {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := message{peer, m, slices.Concat(payload...)}
	c.sent = append(c.sent, kept)
	return kept
}

func (c *fakeCalls) messages() []message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

// to answers calls with a server.
func to(s *forward.Server) func(context.Context, message) ([]byte, error) {
	return func(ctx context.Context, m message) ([]byte, error) {
		return s.Answer(ctx, m.method, "a", m.payload)
	}
}

// fixed is a clock that stands still.
func fixed(at int64) func() int64 { return func() int64 { return at } }
