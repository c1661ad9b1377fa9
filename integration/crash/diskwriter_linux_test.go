package crash

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"ursula/integration/crash/audit"
	"ursula/integration/crash/record"
	"ursula/integration/wire"
)

// fullDisk is one writer on a disk that is filled and freed.
type fullDisk struct {
	t       *testing.T
	client  *wire.Client
	ballast string
	kept    *record.Stream
	seq     int
}

func (w *fullDisk) create(name string) *record.Stream {
	w.t.Helper()
	stream := record.NewStream(name, nil)
	stream.Creation.Ask()
	reply, err := w.client.Create(w.t.Context(), name, nil)
	if err != nil || !reply.OK() {
		w.t.Fatalf("create: %v, %v", reply, err)
	}
	stream.Creation.Acknowledge()
	return stream
}

// fill writes ballast until the disk has ballastLeaves bytes left.
func (w *fullDisk) fill(dir string) {
	w.t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		w.t.Fatalf("statfs: %v", err)
	}
	left := int64(disk.Bavail)*disk.Bsize - ballastLeaves
	if err := os.WriteFile(w.ballast, bytes.Repeat([]byte{1}, int(max(left, 0))), 0o600); err != nil {
		w.t.Fatalf("ballast: %v", err)
	}
}

func (w *fullDisk) free() {
	w.t.Helper()
	if err := os.Remove(w.ballast); err != nil {
		w.t.Fatalf("ballast: %v", err)
	}
}

func (w *fullDisk) append() wire.Reply {
	w.t.Helper()
	id := record.ID{Writer: 1, Seq: w.seq}
	w.seq++
	send := w.kept.Send(id)
	reply, err := w.client.Append(w.t.Context(), w.kept.Name, record.Payload(id, largeAppend))
	if err != nil {
		w.t.Fatalf("append: %v", err)
	}
	if reply.OK() {
		send.Acknowledge(reply.Next())
	}
	return reply
}

// appendUntilRefused stops at the second refusal in a row: the first may be
// one of an append that met a flush which made room right after.
func (w *fullDisk) appendUntilRefused() wire.Reply {
	w.t.Helper()
	refusals := 0
	for range 2 * diskSize / largeAppend {
		reply := w.append()
		if reply.OK() {
			refusals = 0
			continue
		}
		if refusals++; refusals == 2 {
			return reply
		}
	}
	w.t.Fatal("twice the disk was accepted")
	return wire.Reply{}
}

// appendUntilAccepted tries until the server takes an append again.
func (w *fullDisk) appendUntilAccepted() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		reply := w.append()
		if reply.OK() {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("with space on the disk, appends are still refused: %v", reply)
		case <-tick.C:
		}
	}
}

func (w *fullDisk) requireReads() {
	w.t.Helper()
	head, err := w.client.Head(w.t.Context(), w.kept.Name)
	if err != nil || head.Status != http.StatusOK {
		w.t.Fatalf("HEAD on a full disk: %v, %v", head, err)
	}
	audit.Streams(w.t, w.client, []*record.Stream{w.kept})
}

func (w *fullDisk) remove(stream *record.Stream) {
	w.t.Helper()
	stream.Removal.Ask()
	reply, err := w.client.Delete(w.t.Context(), stream.Name)
	if err != nil || !reply.OK() {
		w.t.Fatalf("DELETE on a full disk: %v, %v", reply, err)
	}
	stream.Removal.Acknowledge()
}
