package node

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// What expired is gone for clients at once, and its memory soon after, without
// anybody asking.
func TestExpiredStreamsAreReclaimed(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		for i := range 2 * expireAtOnce * n.Groups() {
			c := creation(stream.Name(fmt.Sprintf("v1/%d", i)), octets)
			c.Data, c.Lifetime = []byte("data"), stream.Lifetime{TTL: 10}
			if i%2 == 1 {
				c.Lifetime = stream.Lifetime{ExpiresAt: n.now() + 20_000}
			}
			mustCreate(t, n, c)
		}
		time.Sleep(time.Minute)
		wantEmpty(t, n)
	})
}

// Reads and appends renew a sliding lifetime.
func TestReadingKeepsAStreamAlive(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		c := creation("v1/a", octets)
		c.Lifetime = stream.Lifetime{TTL: 60}
		mustCreate(t, n, c)
		for range 10 {
			time.Sleep(50 * time.Second)
			if _, err := n.Read(t.Context(), "v1/a", store.ReadRequest{Max: 1}); err != nil {
				t.Fatalf("read: %v", err)
			}
			time.Sleep(50 * time.Second)
			mustAppend(t, n, addition("v1/a", octets, []byte("x")))
		}
		time.Sleep(2 * time.Minute)
		if _, err := n.Head(t.Context(), "v1/a"); wantError(err, stream.ErrNotFound) != nil {
			t.Errorf("after two minutes: %v", err)
		}
		wantEmpty(t, n)
	})
}

// A deadline that is further away than a duration can tell is waited for, not
// spun on. The bubble's clock would stand still.
func TestDeadlinesFarAway(t *testing.T) {
	for _, l := range []stream.Lifetime{
		{TTL: -1, ExpiresAt: 253_402_300_799_000}, {TTL: -1, ExpiresAt: math.MaxInt64}, {TTL: 1 << 40}, {TTL: math.MaxInt64},
	} {
		synctest.Test(t, func(t *testing.T) {
			var looks atomic.Int64
			o := small(t, faultfs.New(), Memory)
			o.Now = func() time.Time { looks.Add(1); return time.Now() }
			n := open(t, o)
			c := creation("v1/a", octets)
			c.Lifetime = l
			mustCreate(t, n, c)
			settled()
			looks.Store(0)
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if n := looks.Load(); n > 100 {
				t.Errorf("%+v: the clock was read %d times in ten minutes", l, n)
			}
			closeNode(t, n)
		})
	}
}

// A command that was made before a stream expired can get its place in the log
// after somebody was told that the stream is gone. It must not find it alive.
func TestWhatIsGoneStaysGone(t *testing.T) {
	for name, look := range map[string]func(context.Context, *Node) error{
		"head": func(ctx context.Context, n *Node) error { _, err := n.Head(ctx, "v1/a"); return err },
		"read": func(ctx context.Context, n *Node) error {
			_, err := n.Read(ctx, "v1/a", store.ReadRequest{Max: 1})
			return err
		},
		"append": func(ctx context.Context, n *Node) error {
			_, err := n.Append(ctx, addition("v1/a", octets, []byte("x")))
			return err
		},
	} {
		for _, engine := range []Engine{Memory, RaftWAL} {
			t.Run(name+"/"+string(engine), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var late atomic.Int64 // how far the clock is ahead
					o := small(t, faultfs.New(), engine)
					o.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
					n := open(t, o)
					c := creation("v1/a", octets)
					c.Lifetime = stream.Lifetime{TTL: 60}
					mustCreate(t, n, c)
					late.Store(int64(2 * time.Minute))
					if err := look(t.Context(), n); wantError(err, stream.ErrNotFound) != nil {
						t.Errorf("when it has expired: %v", err)
					}
					late.Store(0) // as a command's that was stamped before
					if _, err := n.Append(t.Context(), addition("v1/a", octets, []byte("x"))); wantError(err, stream.ErrNotFound) != nil {
						t.Errorf("an earlier append: %v", err)
					}
					closeNode(t, n)
				})
			})
		}
	}
}
