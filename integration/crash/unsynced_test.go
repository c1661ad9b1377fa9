package crash

import (
	"context"
	"strconv"
	"testing"

	"ursula/integration/crash/audit"
	"ursula/integration/crash/record"
	"ursula/integration/harness"
	"ursula/integration/wire"
)

// unsyncedKills is how often the server dies at the moment in which a live
// reader receives bytes whose writer may still wait for its answer.
const unsyncedKills = 20

// TestReadersNeverSeeUnsyncedBytes kills the server upon what a reader sees. The
// reader's bytes must be there afterwards: a server that shows bytes before they
// are on disk would lose some.
func TestReadersNeverSeeUnsyncedBytes(t *testing.T) {
	server := harness.Start(t, harness.Config{Engine: "raft-wal", Args: smallFlags()})
	client := wire.New(server.URL())
	for round := range unsyncedKills {
		stream := record.NewStream("unsynced/"+strconv.Itoa(round), nil)
		stream.Creation.Ask()
		if reply, err := client.Create(t.Context(), stream.Name, nil); err != nil || !reply.OK() {
			t.Fatalf("create: %v, %v", reply, err)
		}
		stream.Creation.Acknowledge()
		killUponSight(t, server, client, stream, round+1)
		server.Restart()
		audit.AfterCrash(t, client, []*record.Stream{stream})
	}
}

// killUponSight appends from several writers until a reader has seen count
// appends, and kills the server in the reader's goroutine at that moment.
func killUponSight(t *testing.T, server *harness.Server, client *wire.Client, stream *record.Stream, count int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tail, err := client.Follow(ctx, stream.Name, "-1")
	if err != nil {
		t.Fatalf("follow: %v", err)
	}
	defer tail.Close()
	const writers = 4
	done := make(chan struct{}, writers)
	for writer := range writers {
		go func() {
			defer func() { done <- struct{}{} }()
			appendUntilDead(ctx, client, stream, writer)
		}()
	}
	var seen []byte
	for len(seen) < count*record.MinPayload {
		batch, err := tail.Next()
		seen = append(seen, batch.Data...)
		if err != nil {
			t.Errorf("live read: %v", err)
			break
		}
	}
	server.Kill()
	cancel()
	for range writers {
		<-done
	}
	client.Forget()
	stream.Saw(seen)
}

func appendUntilDead(ctx context.Context, client *wire.Client, stream *record.Stream, writer int) {
	for seq := 0; ; seq++ {
		id := record.ID{Writer: writer, Seq: seq}
		send := stream.Send(id)
		reply, err := client.Append(ctx, stream.Name, record.Payload(id, record.MinPayload))
		if err != nil {
			return
		}
		if reply.OK() {
			send.Acknowledge(reply.Next())
		}
	}
}
