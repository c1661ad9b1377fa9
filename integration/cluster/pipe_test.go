package cluster

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// ends is a pipe between two hands: what is written to in comes out of out.
type ends struct {
	in, out net.Conn
	link    *link
}

func between(t *testing.T) ends {
	t.Helper()
	in, from := net.Pipe()
	to, out := net.Pipe()
	e := ends{in: in, out: out, link: newLink(1, 1)}
	go func() {
		newPipe(from, to, e.link).run(t.Context())
		from.Close()
		to.Close()
	}()
	t.Cleanup(func() {
		in.Close()
		out.Close()
	})
	return e
}

func (e ends) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(e.in, text); err != nil {
		t.Fatal(err)
	}
}

func (e ends) expect(t *testing.T, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(e.out, got); err != nil || string(got) != want {
		t.Fatalf("received %q, %v, want %q", got, err, want)
	}
}

func TestBlockedBytesArriveAfterTheHealing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := between(t)
		e.send(t, "before")
		e.expect(t, "before")
		e.link.set(Weather{Blocked: true})
		e.send(t, "during")
		e.in.Close() // the end waits as well
		arrived := make(chan string, 1)
		go func() {
			data, _ := io.ReadAll(e.out)
			arrived <- string(data)
		}()
		time.Sleep(time.Hour)
		select {
		case data := <-arrived:
			t.Fatalf("%q came through a blocked link", data)
		default:
		}
		e.link.set(Weather{})
		if data := <-arrived; data != "during" {
			t.Fatalf("after the healing came %q, want %q and the end", data, "during")
		}
	})
}

func TestDelayHoldsEveryPieceBackAndKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := between(t)
		e.link.set(Weather{Delay: time.Second, Jitter: time.Second})
		begin := time.Now()
		for _, text := range []string{"one ", "two ", "three"} {
			e.send(t, text)
		}
		e.expect(t, "one two three")
		if took := time.Since(begin); took < time.Second || took > 2*time.Second {
			t.Errorf("took %v, want between one and two seconds", took)
		}
	})
}

func TestLossIsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := between(t)
		e.link.set(Weather{Loss: 1})
		begin := time.Now()
		e.send(t, "sent again")
		e.expect(t, "sent again")
		if took := time.Since(begin); took != resend {
			t.Errorf("took %v, want %v", took, resend)
		}
	})
}

func TestAFullLinkHoldsTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := between(t)
		e.link.set(Weather{Blocked: true})
		sent := 0
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			for ; sent < 2*pieces; sent++ {
				if _, err := e.in.Write([]byte("x")); err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		if ctx.Err() != nil {
			t.Fatal("a blocked link takes without a bound")
		}
		e.in.Close()
		<-ctx.Done()
		if sent < pieces || sent > pieces+2 {
			t.Errorf("%d pieces were taken, want about %d", sent, pieces)
		}
	})
}
