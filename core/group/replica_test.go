package group_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/stream"
)

func entry(commands ...stream.Command) []byte {
	b := stream.BeginBatch(nil)
	for i := range commands {
		commands[i].Now = 1
		b = stream.AppendToBatch(b, &commands[i])
	}
	return b
}

func apply(t *testing.T, r *group.Replica, commands ...stream.Command) {
	t.Helper()
	results, err := r.ApplyEntry(0, entry(commands...))
	if err != nil || len(results) != len(commands) {
		t.Fatalf("ApplyEntry: %d results, %v", len(results), err)
	}
}

func creation(name stream.Name) stream.Command {
	return stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()}
}

func addition(name stream.Name, data string) stream.Command {
	return stream.Command{
		Op: stream.OpAppend, Name: name, ContentType: stream.DefaultContentType, Data: []byte(data),
	}
}

func contentOf(m *stream.Machine, name stream.Name) []byte {
	plan, err := m.ReadPlan(name, 1, 0, 1<<30)
	if err != nil {
		return nil
	}
	var content []byte
	for _, s := range plan.Spans {
		for _, part := range s.Hot {
			content = append(content, part...)
		}
	}
	return content
}

// Readers see whole entries only, while one goroutine writes, another freezes
// snapshots, and another maintains.
func TestReadersSeeWholeEntries(t *testing.T) {
	r := group.NewReplica(&grouptest.Recorder{})
	apply(t, r, creation("v1/a"), creation("v1/b"))
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { readUntil(t, r, done) })
	}
	for i := range 500 {
		apply(t, r, addition("v1/a", fmt.Sprintf("%d;", i)), addition("v1/b", fmt.Sprintf("%d;", i)))
		switch i % 50 {
		case 10:
			var b bytes.Buffer
			if _, err := r.Freeze().WriteTo(&b); err != nil {
				t.Error(err)
			}
		case 20:
			r.Maintain(func(m *stream.Machine) { m.Shed(1 << 20) })
		}
	}
	close(done)
	wg.Wait()
}

func readUntil(t *testing.T, r *group.Replica, done <-chan struct{}) {
	longest := 0
	for {
		select {
		case <-done:
			return
		default:
		}
		r.View(func(m *stream.Machine) {
			a, b := contentOf(m, "v1/a"), contentOf(m, "v1/b")
			if !bytes.Equal(a, b) || len(a) < longest {
				t.Errorf("%d and %d bytes after %d", len(a), len(b), longest)
			}
			longest = len(a)
		})
	}
}

// A snapshot that is written late holds what was there when it was taken.
func TestSnapshotsDoNotMove(t *testing.T) {
	r := group.NewReplica(&grouptest.Recorder{})
	apply(t, r, creation("v1/a"), addition("v1/a", "before"))
	frozen := r.Freeze()
	apply(t, r, addition("v1/a", ", after"))
	var b bytes.Buffer
	if _, err := frozen.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	m, err := stream.ReadSnapshot(&b)
	if err != nil {
		t.Fatal(err)
	}
	observer := &grouptest.Recorder{}
	other := group.NewReplica(observer)
	other.Restore(m)
	other.View(func(m *stream.Machine) {
		if got := contentOf(m, "v1/a"); string(got) != "before" {
			t.Errorf("restored %q", got)
		}
	})
	if _, memory := observer.Seen(); memory < 6 {
		t.Errorf("%d bytes of memory were reported", memory)
	}
}

func TestAnEntryThatCannotBeDecoded(t *testing.T) {
	r := group.NewReplica(&grouptest.Recorder{})
	for _, b := range [][]byte{nil, {99}, {1, 255, 255, 255, 255}, append(entry(creation("v1/a")), 1)} {
		if _, err := r.ApplyEntry(0, b); !errors.Is(err, stream.ErrCodec) {
			t.Errorf("entry %x: %v", b, err)
		}
	}
}
