// Package peers proves the absence of faults that other servers of the protocol
// were seen to have: appends stored that were answered with 404, wake-ups lost
// between a read and the wait, a panic when a stream is deleted under a reader.
//
// It owns the provocations. They depend on chance, so each is repeated until a
// server with the fault would fail it almost surely.
package peers

import (
	"fmt"
	"net/http"
	"testing"

	"golang.org/x/sync/errgroup"

	"ursula/integration/crash/audit"
	"ursula/integration/crash/record"
	"ursula/integration/harness"
	"ursula/integration/wire"
)

const (
	crowd        = 500 // streams created and written at once
	earlyWriters = 3   // of each of them
)

func TestMain(m *testing.M) { harness.Main(m) }

// TestAppendsDuringCreation creates 500 streams and appends to each before its
// creation is answered. Whatever was acknowledged can be read, and whatever was
// answered with 404 was not stored.
func TestAppendsDuringCreation(t *testing.T) {
	server := harness.Start(t, harness.Config{})
	client := wire.New(server.URL())
	var group errgroup.Group
	streams := make([]*record.Stream, crowd)
	for i := range streams {
		stream := record.NewStream(fmt.Sprintf("crowd/%d", i), nil)
		streams[i] = stream
		group.Go(func() error { return create(t, client, stream) })
		for writer := range earlyWriters {
			group.Go(func() error { return appendEarly(t, client, stream, writer) })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	audit.Streams(t, client, streams)
}

func create(t *testing.T, client *wire.Client, stream *record.Stream) error {
	stream.Creation.Ask()
	reply, err := client.Create(t.Context(), stream.Name, nil)
	if err != nil {
		return fmt.Errorf("create %s: %w", stream.Name, err)
	}
	if reply.Status != http.StatusCreated {
		return fmt.Errorf("create %s: %v", stream.Name, reply)
	}
	stream.Creation.Acknowledge()
	return nil
}

// appendEarly sends appends until the first that is accepted.
func appendEarly(t *testing.T, client *wire.Client, stream *record.Stream, writer int) error {
	for seq := 0; ; seq++ {
		id := record.ID{Writer: writer, Seq: seq}
		send := stream.Send(id)
		reply, err := client.Append(t.Context(), stream.Name, record.Payload(id, 256))
		switch {
		case err != nil:
			return fmt.Errorf("append to %s: %w", stream.Name, err)
		case reply.OK():
			send.Acknowledge(reply.Next())
			return nil
		case reply.Status == http.StatusNotFound:
			send.Refuse()
		default:
			return fmt.Errorf("append to %s: %v", stream.Name, reply)
		}
	}
}
