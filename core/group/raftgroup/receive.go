package raftgroup

import (
	"bufio"
	"errors"
	"io"

	"ursula/core/stream"
)

// reception reads a snapshot while it is on its way to the store. What this build cannot
// read, or what arrived as something else than was sent, is refused before the store shows
// it: as the newest snapshot it would be taken for what this node has, and the next start
// would stop at it.
type reception struct {
	to      *io.PipeWriter
	done    chan struct{} // closed when the rest is set
	applied uint64
	state   *stream.Machine
	err     error
}

const receptionBuffer = 64 << 10

func receive() *reception {
	from, to := io.Pipe()
	r := &reception{to: to, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		buffered := bufio.NewReaderSize(from, receptionBuffer)
		if r.applied, r.state, r.err = thaw(buffered); r.err == nil {
			r.err = nothingMore(buffered)
		}
		_ = from.CloseWithError(r.err)
	}()
	return r
}

var errMore = errors.New("something follows the end of the snapshot")

func nothingMore(r io.Reader) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return errMore
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// Write implements io.Writer. It fails as soon as the content makes no sense.
func (r *reception) Write(b []byte) (int, error) { return r.to.Write(b) }

// end returns what was wrong with the whole content, cause if it is not whole.
func (r *reception) end(cause error) error {
	_ = r.to.CloseWithError(cause)
	<-r.done
	return r.err
}
