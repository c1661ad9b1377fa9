package transport_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

const latently transport.Method = 7

// taken keeps the calls that are answered later.
type taken struct {
	replies  chan *transport.Reply
	payloads chan string
}

func takingAt(n *node) *taken {
	k := &taken{make(chan *transport.Reply, 600), make(chan string, 600)}
	n.Handle(latently, func(context.Context, string, []byte) ([]byte, error) { return []byte("handler"), nil })
	n.HandleLater(latently, func(_ string, p []byte, r *transport.Reply) bool {
		if string(p) == "not this" {
			return false
		}
		k.replies <- r
		k.payloads <- string(p)
		return true
	})
	return k
}

// Calls that were taken are answered in whatever order, each by what was said to it.
func TestACallIsAnsweredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		k := takingAt(two)
		answered := make(chan string, 3)
		for i := range 3 {
			go func() {
				got, err := one.Call(t.Context(), "2", latently, fmt.Append(nil, "call ", i))
				answered <- fmt.Sprintf("call %d: %s %v", i, got, err)
			}()
			synctest.Wait()
		}
		if got, err := one.Call(t.Context(), "2", latently, []byte("not this")); string(got) != "handler" || err != nil {
			t.Errorf("what was not taken: %s, %v", got, err)
		}
		replies := []*transport.Reply{<-k.replies, <-k.replies, <-k.replies}
		for _, i := range []int{2, 0, 1} {
			replies[i].Answer(fmt.Append(nil, "answer to ", i))
		}
		replies[0].Send() // for all of them: they have the connection in common
		got := []string{<-answered, <-answered, <-answered}
		slices.Sort(got)
		const want = "[call 0: answer to 0 <nil> call 1: answer to 1 <nil> call 2: answer to 2 <nil>]"
		if fmt.Sprint(got) != want {
			t.Errorf("answered %s", got)
		}
	})
}

// Calls that are answered later count as any others, until they are.
func TestCallsThatWaitForTheirAnswerAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		k := takingAt(two)
		results := make(chan error, 600)
		call := func() {
			_, err := one.Call(t.Context(), "2", latently, []byte("x"))
			results <- err
		}
		for range 513 {
			go call()
		}
		synctest.Wait()
		if err := <-results; !errors.Is(err, transport.ErrBusy) || len(k.replies) != 512 {
			t.Errorf("%d were taken, and then: %v", len(k.replies), err)
		}
		r := <-k.replies
		r.Answer(nil)
		r.Send()
		if err := <-results; err != nil {
			t.Error(err)
		}
		go call()
		synctest.Wait()
		if len(k.replies) != 512 {
			t.Errorf("%d wait, after one of 512 was answered and another one came", len(k.replies))
		}
		for range 512 {
			r := <-k.replies
			r.Answer(nil)
			r.Send()
		}
		for range 512 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

// An answer that takes several frames is sent all the same.
func TestALargeAnswerComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		k := takingAt(two)
		go func() {
			r := <-k.replies
			r.Answer(make([]byte, 3*wire.MaxBody))
			r.Send()
		}()
		if got, err := one.Call(t.Context(), "2", latently, nil); len(got) != 3*wire.MaxBody || err != nil {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

// An answer to a connection that has ended harms nobody.
func TestAnAnswerThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes, one, two := pair(t)
		k := takingAt(two)
		lost := make(chan error, 1)
		go func() {
			_, err := one.Call(t.Context(), "2", latently, nil)
			lost <- err
		}()
		r := <-k.replies
		pipes.freeze()
		if err := <-lost; !errors.Is(err, transport.ErrLost) {
			t.Errorf("the call ended with %v", err)
		}
		r.Answer([]byte("too late"))
		r.Send()
		pipes.thaw()
		go func() {
			r := <-k.replies
			r.Answer([]byte("in time"))
			r.Send()
		}()
		var got []byte
		err := errors.New("not called")
		for range 100 { // the ends find out one after the other that they lost their connections
			if got, err = one.Call(t.Context(), "2", latently, nil); err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if string(got) != "in time" || err != nil {
			t.Errorf("afterwards: %q, %v", got, err)
		}
	})
}
