package protocol

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/protocol/protocoltest"
	"ursula/core/protocol/sse"
	"ursula/core/protocol/store"
)

// recorder is a wire that remembers what it was given.
type recorder struct {
	mu    sync.Mutex
	sent  []string
	ended bool
	fail  error
}

func (r *recorder) send(p []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, string(p))
	return r.fail
}

func (r *recorder) chunked() bool { return false }

func (r *recorder) end() { r.ended = true }

// startFollower serves a wire from offset 0 and returns a channel that is closed
// at its end.
func startFollower(t *testing.T, h *Handler, st *protocoltest.Store, w wire) <-chan struct{} {
	t.Helper()
	watch, err := st.Watch(nameOf("s"))
	if err != nil {
		t.Fatal(err)
	}
	watch.Mark()
	page, err := st.Read(context.Background(), nameOf("s"), store.ReadRequest{Max: maxEventPage})
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{h: h, watch: watch, name: nameOf("s"), id: page.Info.ID, encoding: sse.EncodingOf(page.Info.ContentType)}
	h.live.begin()
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(h.stop)
	go func() {
		defer close(done)
		f.serve(ctx, cancel, w, page)
	}()
	return done
}

func createIn(t *testing.T, st *protocoltest.Store, contentType string) {
	t.Helper()
	c, err := createHeaders(newRequest("Content-Type", contentType), nameOf("s"))
	if err == nil {
		_, err = st.Create(context.Background(), c)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Silence is broken by comments, traffic needs none, and the connection ends
// when its time has come.
func TestHeartbeatAndRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := protocoltest.New()
		defer st.Close()
		h := newHandler(st, func(o *Options) { o.Random = func(int) int { return 0 } })
		createIn(t, st, "text/plain")
		var w recorder
		start := time.Now()
		done := startFollower(t, h, st, &w)
		time.Sleep(20 * time.Second) // virtual
		push(t, st, "s", "text/plain", "x", false)
		<-done
		if life := time.Since(start); life != time.Minute || !w.ended {
			t.Errorf("ended after %v: %v", life, w.ended)
		}
		// Ticks come every 7.5 s and speak when nothing was sent since the last:
		// at 15, not at 22.5 because of the event at 20, at 30 and at 45.
		if comments := strings.Count(strings.Join(w.sent, ""), sse.Comment); comments != 3 || len(w.sent) != 5 {
			t.Errorf("sent %q", w.sent)
		}
		if n := h.LiveReaders(); n != 0 {
			t.Errorf("%d live readers are left", n)
		}
	})
}

func TestFollowerEndsWithItsWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := protocoltest.New()
		defer st.Close()
		createIn(t, st, "text/plain")
		start := time.Now()
		<-startFollower(t, newHandler(st, nil), st, &recorder{fail: errors.New("gone")})
		if time.Since(start) != 0 {
			t.Error("a wire that failed was used again")
		}
	})
}

// Whatever is appended and whenever readers come, go and come back, they get
// every byte once and only whole characters.
func TestReadersAcrossReconnects(t *testing.T) {
	s := serve(t, func(o *Options) { o.Rotate = 2 * time.Millisecond })
	for seed := range uint64(3) {
		path := "s" + string(rune('a'+seed))
		s.create(path, "text/plain", "")
		random := rand.New(rand.NewPCG(seed, 7))
		var want strings.Builder
		var readers sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			readers.Go(func() { got[i] = s.readAll(path) })
		}
		text := strings.Repeat("aé€😀\n", 200)
		for len(text) > 0 {
			n := min(1+random.IntN(40), len(text))
			s.push(path, "text/plain", text[:n], false)
			want.WriteString(text[:n])
			text = text[n:]
		}
		s.push(path, "", "", true)
		readers.Wait()
		for i := range got {
			if got[i] != want.String() {
				t.Fatalf("seed %d: reader %d got %d bytes, want %d", seed, i, len(got[i]), want.Len())
			}
		}
	}
}

// readAll follows a stream to its closure, reconnecting as often as it must.
func (s *server) readAll(path string) string {
	var text strings.Builder
	for next := "-1"; ; {
		res := s.open("GET", path+"?live=sse&offset="+next, "")
		r := newSSEReader(s.t, res.Body)
		for e, ok := r.next(); ok; e, ok = r.next() {
			switch e.kind {
			case "data":
				text.WriteString(e.data)
			case "control":
				next = e.data[len(`{"streamNextOffset":"`):][:len(offset(0))]
				if strings.Contains(e.data, "streamClosed") {
					res.Body.Close()
					return text.String()
				}
			}
		}
		res.Body.Close()
	}
}
