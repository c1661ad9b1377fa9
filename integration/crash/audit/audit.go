// Package audit reads streams back from a server and has package record judge
// what it reads.
//
// It owns the reading, some streams at a time. It wants a moment in which no
// request of anyone else is under way, and reports to the test.
package audit

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"ursula/integration/crash/record"
	"ursula/integration/wire"
)

// atOnce is how many streams are read at a time.
const atOnce = 8

// Streams reads all streams and reports every broken promise.
func Streams(t *testing.T, client *wire.Client, streams []*record.Stream) {
	t.Helper()
	each(t, client, streams, func(*record.Stream, record.Observation) {})
}

// AfterCrash is Streams for the time after a crash, in which what was unknown
// becomes certain.
func AfterCrash(t *testing.T, client *wire.Client, streams []*record.Stream) {
	t.Helper()
	each(t, client, streams, (*record.Stream).Settle)
}

func each(t *testing.T, client *wire.Client, streams []*record.Stream, then func(*record.Stream, record.Observation)) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, stream := range streams {
		group.Go(func() error {
			seen, err := observe(t.Context(), client, stream.Name)
			if err != nil {
				t.Errorf("%s: %v", stream.Name, err)
				return nil
			}
			for _, fault := range stream.Check(seen) {
				t.Errorf("%v", fault)
			}
			then(stream, seen)
			return nil
		})
	}
	_ = group.Wait() // every fault is reported above
}

// observe reads a stream to its end.
func observe(ctx context.Context, client *wire.Client, name string) (record.Observation, error) {
	reply, err := client.ReadAll(ctx, name)
	if err != nil || reply.Gone() {
		return record.Observation{}, err
	}
	if !reply.OK() {
		return record.Observation{}, &wire.StatusError{Status: reply.Status}
	}
	return record.Observation{Present: true, Closed: reply.Closed(), Tail: reply.Next(), Content: reply.Body}, nil
}
