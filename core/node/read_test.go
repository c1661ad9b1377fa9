package node

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// Node.Read against the plain model: streams grow, are flushed, shed and forked,
// and any range reads as the model has it, whichever mix of memory, cold store
// and sources it comes from.
func TestReadsAgreeWithTheModel(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		rng := rand.New(rand.NewPCG(7, 7))
		w, m := newWorkload(rng), newModel()
		for range 250 {
			s := w.draw(m)
			s.run(t, n)
			s.apply(m)
			for range 3 {
				if live := m.live(); len(live) > 0 {
					wantRange(t, n, rng, m.streams[w.pick(live)])
				}
			}
		}
		if err := m.differs(t, n, w.names); err != nil {
			t.Error(err)
		}
		if s := n.Stats(); s.Flush.Objects == 0 || s.Flush.ShedBytes == 0 || s.Read.Reads == 0 {
			t.Errorf("nothing was cold: %+v", s)
		}
	})
}

// wantRange reads one random page.
func wantRange(t *testing.T, n *Node, rng *rand.Rand, s *modelStream) {
	t.Helper()
	from, most := rng.IntN(len(s.data)+1), 1+rng.IntN(30_000)
	page, err := n.Read(t.Context(), s.name, store.ReadRequest{From: uint64(from), Max: most})
	if err != nil {
		t.Fatalf("read %s from %d: %v", s.name, from, err)
	}
	defer page.Release()
	to := min(len(s.data), from+most)
	if got := bytes.Join(page.Parts, nil); !bytes.Equal(got, s.data[from:to]) {
		t.Fatalf("read %s from %d: %d bytes, want [%d, %d)", s.name, from, len(got), from, to)
	}
	if page.From != uint64(from) || page.Next != uint64(to) || page.AtTail != (to == len(s.data)) ||
		page.Closed() != (page.AtTail && s.closed) {
		t.Fatalf("read %s from %d: page says %+v", s.name, from, page)
	}
}

func TestReadRequests(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		mustCreate(t, n, creation("v1/a", octets))
		mustAppend(t, n, addition("v1/a", octets, []byte("0123456789")))
		page, err := n.Read(t.Context(), "v1/a", store.ReadRequest{Now: true, From: 99, Max: 100})
		if err != nil || page.From != 10 || page.Next != 10 || !page.AtTail {
			t.Errorf("from now on: %+v, %v", page, err)
		}
		if _, err := n.Read(t.Context(), "v1/a", store.ReadRequest{From: 11, Max: 1}); wantError(err, stream.ErrBeyondTail) != nil {
			t.Errorf("beyond the tail: %v", err)
		}
		if page, err := n.Read(t.Context(), "v1/a", store.ReadRequest{}); err != nil || page.Next == 0 {
			t.Errorf("a page of nothing: %+v, %v", page, err)
		}
		if _, err := n.Read(t.Context(), "v1/b", store.ReadRequest{Max: 1}); wantError(err, stream.ErrNotFound) != nil {
			t.Errorf("missing: %v", err)
		}
	})
}

// message is a JSON string of n bytes in its stored form.
func message(seed, n int) []byte {
	return append(append([]byte{'"'}, filler(seed, n-4)...), '"', ',', '\n')
}

// jsonStream fills a stream with messages, some larger than a page, and cools
// most of it down. It returns where messages end.
func jsonStream(t *testing.T, n *Node, name stream.Name, base int) (ends []int) {
	t.Helper()
	at := base
	for i := range 60 {
		var batch []byte
		for j := range 1 + i%3 {
			size := 50 + 997*i%4000
			if i%11 == 5 {
				size = 20_000
			}
			batch = append(batch, message(i+j, size)...)
			ends = append(ends, at+len(batch))
		}
		mustAppend(t, n, addition(name, jsonType, batch))
		at += len(batch)
		if i%8 == 7 {
			settled()
		}
	}
	settled()
	return ends
}

// A JSON page ends where a message ends, and a message that is larger than a
// page comes whole; so too across a fork's inherited, cold and hot bytes.
func TestJSONPages(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		mustCreate(t, n, creation(source, jsonType))
		ends := jsonStream(t, n, source, 0)
		at := ends[len(ends)/2]
		mustCreate(t, n, forking(fork, source, uint64(at), 0))
		ends = append(ends[:len(ends)/2+1], jsonStream(t, n, fork, at)...)
		isEnd := map[int]bool{0: true}
		for _, end := range ends {
			isEnd[end] = true
		}
		if s := n.Stats(); s.Flush.ShedBytes == 0 {
			t.Fatal("nothing is cold")
		}
		for _, most := range []int{1, 100, 3000, 19_000, 70_000, 1 << 20} {
			wantPages(t, n, fork, most, isEnd, ends[len(ends)-1])
		}
	})
}

func wantPages(t *testing.T, n *Node, name stream.Name, most int, isEnd map[int]bool, tail int) {
	t.Helper()
	at := 0
	for at < tail {
		page, err := n.Read(t.Context(), name, store.ReadRequest{From: uint64(at), Max: most})
		if err != nil {
			t.Fatalf("read from %d: %v", at, err)
		}
		next, size := int(page.Next), int(page.Next)-at
		page.Release()
		if !isEnd[next] || next == at || page.AtTail != (next == tail) {
			t.Fatalf("pages of %d: [%d, %d) of %d", most, at, next, tail)
		}
		if size > most && size > 2*20_000 {
			t.Fatalf("pages of %d: %d bytes", most, size)
		}
		at = next
	}
}

// A sub-offset counts bytes of the next append, wherever that lies: in memory,
// in the cold store, in what a fork inherited. In the next append and no further.
func TestSubOffsetsOfBytes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		source := inGroup(n, 0, "source")
		mustCreate(t, n, creation(source, octets))
		var content []byte
		var ends []int
		for i := range 40 {
			mustAppend(t, n, addition(source, octets, filler(i, 3000+i)))
			content = append(content, filler(i, 3000+i)...)
			ends = append(ends, len(content))
		}
		settled()
		child := inGroup(n, 1, "child")
		mustCreate(t, n, forking(child, source, store.CurrentTail, 0))
		mustAppend(t, n, addition(child, octets, filler(99, 100)))
		for i, from := range []stream.Name{source, child} {
			for k := range ends[:len(ends)-1] {
				length := uint64(ends[k+1] - ends[k])
				for _, sub := range []uint64{1, 1500, length} {
					name := stream.Name(fmt.Sprintf("v1/sub-%d-%d-%d", i, k, sub))
					mustCreate(t, n, forking(name, from, uint64(ends[k]), sub))
					wantContent(t, n, name, string(content[:ends[k]+int(sub)]))
					mustDelete(t, n, name)
				}
				c := forking("v1/beyond", from, uint64(ends[k]), length+1)
				if _, err := n.Create(t.Context(), c); wantError(err, stream.ErrBeyondTail) != nil {
					t.Errorf("beyond the append at %d of %s: %v", ends[k], from, err)
				}
			}
		}
		if s := n.Stats(); s.Flush.ShedBytes == 0 {
			t.Error("nothing was cold")
		}
		mustDelete(t, n, source)
		mustDelete(t, n, child)
		wantEmpty(t, n)
	})
}

// Of a JSON source it counts messages, over any number of appends.
func TestSubOffsetsOfMessages(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		source, child := inGroup(n, 0, "source"), inGroup(n, 1, "child")
		mustCreate(t, n, creation(source, jsonType))
		ends := jsonStream(t, n, source, 0)
		mustCreate(t, n, forking(child, source, store.CurrentTail, 0))
		for i, from := range []stream.Name{source, child} {
			for _, sub := range []int{1, 2, 7, 80, len(ends) - 1} {
				name := stream.Name(fmt.Sprintf("v1/sub-%d-%d", i, sub))
				mustCreate(t, n, forking(name, from, uint64(ends[0]), uint64(sub)))
				if info, err := n.Head(t.Context(), name); err != nil || int(info.Tail) != ends[sub] {
					t.Errorf("%d messages of %s: %+v, %v, want %d", sub, from, info, err, ends[sub])
				}
			}
			c := forking("v1/beyond", from, uint64(ends[0]), uint64(len(ends)))
			if _, err := n.Create(t.Context(), c); wantError(err, stream.ErrBeyondTail) != nil {
				t.Errorf("beyond the messages of %s: %v", from, err)
			}
			c = forking("v1/inside", from, uint64(ends[1]-1), 0)
			if _, err := n.Create(t.Context(), c); wantError(err, stream.ErrOffset) != nil {
				t.Errorf("inside a message of %s: %v", from, err)
			}
		}
	})
}
