package load

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ursula/integration/wire"
)

const (
	fresh   = http.StatusOK // a producer's append that was not known before
	tooMany = http.StatusTooManyRequests
)

// idle is how long a worker waits that found nothing to do.
const idle = 2 * time.Millisecond

// pause keeps a worker from spinning while there is nothing to do.
func pause(ctx context.Context) error {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// batches is after how many events a reader turns to another stream.
const batches = 300

// reader follows a stream live and notes the bytes that it was given, of which a
// crash must not take any back.
type reader struct{ common }

func (r *reader) step(ctx context.Context) error {
	stream := r.world.pick(r.random)
	if stream == nil {
		return pause(ctx)
	}
	var seen []byte
	var err error
	if r.chance(2) {
		seen, err = r.follow(ctx, stream.Name)
	} else {
		seen, err = r.poll(ctx, stream.Name)
	}
	stream.Saw(seen)
	return err
}

func (r *reader) follow(ctx context.Context, name string) ([]byte, error) {
	tail, err := r.world.client.Follow(ctx, name, "-1")
	if refusal := (*wire.StatusError)(nil); errors.As(err, &refusal) {
		return nil, pause(ctx)
	}
	if err != nil {
		return nil, err
	}
	defer tail.Close()
	var seen []byte
	for range batches {
		batch, err := tail.Next()
		seen = append(seen, batch.Data...)
		if err != nil || batch.Closed {
			return seen, nil // the next request tells whether the server lives
		}
	}
	return seen, nil
}

func (r *reader) poll(ctx context.Context, name string) ([]byte, error) {
	var seen []byte
	offset := "-1"
	for range batches {
		page, err := r.world.client.Poll(ctx, name, offset)
		if err != nil {
			return seen, err
		}
		if !page.OK() {
			return seen, pause(ctx)
		}
		seen = append(seen, page.Body...)
		offset = page.Next()
		if page.Closed() {
			break
		}
	}
	return seen, nil
}
