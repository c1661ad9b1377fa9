package transport_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// caughtUp is a pipeline whose follower has everything below 5.
func caughtUp(t *testing.T) leading {
	l := newLeading(t)
	l.append(5, 3)
	l.answered()
	<-l.Consumer()
	return l
}

// ahead says what is about to be stored, and returns how many requests that makes.
func (l leading) ahead(index uint64, data ...[]byte) (sent int) {
	l.group.SendAhead(entries("1", index, data...).Entries, 4)
	synctest.Wait()
	return len(l.peer.requests)
}

// Raft asks for what is under way already, before or after it is answered. It is
// sent once, and an answer is handed out when it was asked for and not before.
func TestEntriesGoAhead(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			l := caughtUp(t)
			for index := uint64(5); index < 50; index++ {
				if n := l.ahead(index, []byte("x")); n != 1 {
					t.Fatalf("%d requests", n)
				}
				request := <-l.peer.requests
				if early {
					l.peer.answer(request, index)
					synctest.Wait()
					if len(l.Consumer()) > 0 {
						t.Fatal("handed out before it was asked for")
					}
				}
				if l.append(index, 4, []byte("x")) {
					t.Fatal("sent again")
				}
				if !early {
					l.peer.answer(request, index)
				}
				f := <-l.Consumer()
				if got := f.Response(); got.LastLog != index || !got.Success || len(f.Request().Entries) != 1 {
					t.Fatalf("answer %+v to %+v", got, f.Request())
				}
			}
		})
	}
}

// What a follower may not be ready for, or would not fit, is left to Raft.
func TestWhatDoesNotGoAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeading(t)
		if n := l.ahead(5, []byte("x")); n != 0 {
			t.Error("sent to a follower that nothing is known of")
		}
		l = caughtUp(t)
		if n := l.ahead(6, []byte("x")); n != 0 {
			t.Error("sent with a gap")
		}
		if n := l.ahead(5, make([]byte, 64<<10)); n != 0 {
			t.Error("sent in pieces")
		}
		later := entries("1", 5, []byte("x")).Entries
		later[0].Term = 2
		l.group.SendAhead(later, 4)
		if n := l.ahead(5, []byte("x")); n != 1 {
			t.Errorf("%d requests after one of another term", n)
		}
		if n := l.ahead(6, []byte("y")); n != 1 {
			t.Error("two ahead at once")
		}
		_ = l.Close()
		if n := l.ahead(5, []byte("x")); n != 1 {
			t.Error("sent on a pipeline that ended")
		}
	})
}

// When Raft asks for something else, or much later, its own request is sent, and
// nobody gets the answer to the other one.
func TestRaftChangesItsMind(t *testing.T) {
	for name, asks := range map[string]func(leading) bool{
		"more":    func(l leading) bool { return l.append(5, 4, []byte("x"), []byte("y")) },
		"earlier": func(l leading) bool { return l.append(4, 4, []byte("w")) },
		"later": func(l leading) bool {
			time.Sleep(time.Second)
			return l.append(5, 4, []byte("x"))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := caughtUp(t)
			l.ahead(5, []byte("x"))
			recalled := <-l.peer.requests
			if !asks(l) {
				t.Fatalf("%s: not sent", name)
			}
			l.peer.answer(recalled, 77)
			l.peer.answer(<-l.peer.requests, 88)
			if f := <-l.Consumer(); f.Response().LastLog != 88 {
				t.Errorf("%s: answer %+v", name, f.Response())
			}
			synctest.Wait()
			if len(l.Consumer()) > 0 {
				t.Errorf("%s: a second answer", name)
			}
		})
	}
}

// A repetition that Raft makes while entries are ahead is sent, and keeps its
// place: answers are handed out in the order of requests.
func TestARepetitionWhileEntriesAreAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := caughtUp(t)
		l.ahead(5, []byte("x"))
		first := <-l.peer.requests
		if !l.append(5, 4) {
			t.Fatal("the repetition was not sent")
		}
		l.peer.answer(<-l.peer.requests, 2)
		l.peer.answer(first, 1)
		synctest.Wait()
		if len(l.Consumer()) > 0 {
			t.Error("handed out before what is ahead")
		}
		if l.append(5, 4, []byte("x")) {
			t.Error("sent again")
		}
		for want := range uint64(2) {
			if f := <-l.Consumer(); f.Response().LastLog != want+1 {
				t.Errorf("answer %+v, want %d", f.Response(), want+1)
			}
		}
	})
}

// The follower gets one request that holds what Raft's own would have held.
func TestWhatGoesAheadIsWhatRaftWouldSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		got := requestsTo(t, two.Group(7))
		leader := one.Group(7)
		p, err := leader.AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		send := func(r *raft.AppendEntriesRequest) *raft.AppendEntriesResponse {
			if _, err := p.AppendEntries(r, new(raft.AppendEntriesResponse)); err != nil {
				t.Fatal(err)
			}
			return (<-p.Consumer()).Response()
		}
		send(entries("1", 5))
		<-got
		own := entries("1", 5, []byte("x"), []byte("y"))
		leader.SendAhead(own.Entries, 4)
		if a := send(own); a.LastLog != 6 {
			t.Errorf("answer %+v", a)
		}
		r := <-got
		if len(r.Entries) != 2 || r.PrevLogEntry != 4 || r.PrevLogTerm != 1 || r.Term != 1 || r.LeaderCommitIndex != 4 ||
			!bytes.Equal(r.Addr, []byte("1")) || string(r.Entries[1].Data) != "y" || r.Entries[1].Index != 6 {
			t.Errorf("got %+v", r)
		}
		_ = send(entries("1", 7, []byte("z")))
		if r := <-got; r.PrevLogEntry != 6 {
			t.Errorf("next %+v: what went ahead was sent again", r)
		}
	})
}

// requestsTo gives what comes to a group, which accepts it all until the test ends.
func requestsTo(t *testing.T, g *transport.Group) <-chan *raft.AppendEntriesRequest {
	got, done := make(chan *raft.AppendEntriesRequest, 10), make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		for {
			select {
			case rpc := <-g.Consumer():
				r := rpc.Command.(*raft.AppendEntriesRequest)
				got <- r
				rpc.Respond(&raft.AppendEntriesResponse{Term: 1, Success: true, LastLog: r.PrevLogEntry + uint64(len(r.Entries))}, nil)
			case <-done:
				return
			}
		}
	}()
	return got
}
