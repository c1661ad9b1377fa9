package lean

import (
	"io"
	"net"
	"syscall"
	"time"

	"ursula/core/socket"
)

// input is the receiving side of a connection. It holds a block only while there
// is something in it, so a connection that waits holds none: it reads when the
// kernel says that there are bytes, and takes a block for them then.
type input struct {
	conn     *net.TCPConn
	raw      syscall.RawConn
	blocks   *blocks
	patience time.Duration // how long a wait may last; up to a quarter more
	deadline time.Time     // as set on conn

	block      *block
	start, end int   // what is in the block
	err        error // of the last attempt to read

	wait, try func(fd uintptr) bool // for raw, bound once
}

func (in *input) open(conn *net.TCPConn, blocks *blocks, patience time.Duration) (err error) {
	in.conn, in.blocks, in.patience = conn, blocks, patience
	in.wait = in.receive
	in.try = func(fd uintptr) bool { in.receive(fd); return true }
	in.raw, err = conn.SyscallConn()
	return err
}

// bytes are those that came and were not taken. They are valid until the next
// call of anything.
func (in *input) bytes() []byte {
	if in.block == nil {
		return nil
	}
	return in.block[in.start:in.end]
}

// take removes the first n bytes.
func (in *input) take(n int) {
	in.start += n
	if in.start == in.end {
		in.release()
	}
}

func (in *input) release() {
	in.blocks.put(in.block)
	in.block, in.start, in.end = nil, 0, 0
}

// await waits for bytes. It reports io.EOF when the client will send no more.
func (in *input) await() error {
	if err := in.arm(); err != nil {
		return err
	}
	in.err = nil
	if err := in.raw.Read(in.wait); err != nil {
		return err
	}
	return in.err
}

// more adds what there is to read, without waiting. It reports whether that was
// anything.
func (in *input) more() bool {
	before := in.end - in.start
	if before == blockSize {
		return false
	}
	in.err = nil
	err := in.raw.Read(in.try)
	return err == nil && in.err == nil && in.end-in.start > before
}

// receive reads once into the block's free room. It returns false when there was
// nothing to read yet.
func (in *input) receive(fd uintptr) bool {
	if in.block == nil {
		in.block = in.blocks.get()
	}
	in.compact()
	n, err := socket.Read(fd, in.block[in.end:])
	switch {
	case err == syscall.EAGAIN:
		in.take(0)
		return false
	case err != nil:
		in.err = err
	case n == 0:
		in.err = io.EOF
	}
	in.end += n
	in.take(0)
	return true
}

func (in *input) compact() {
	if in.start > 0 {
		in.end = copy(in.block[:], in.block[in.start:in.end])
		in.start = 0
	}
}

// arm sees to it that a wait that begins now may last as long as patience. It
// does so for longer, to do it seldom.
func (in *input) arm() error {
	now := time.Now()
	if in.deadline.Sub(now) >= in.patience {
		return nil
	}
	in.deadline = now.Add(in.patience + in.patience/4)
	return in.conn.SetReadDeadline(in.deadline)
}

// Read reads what is in the block, then from the connection.
func (in *input) Read(p []byte) (int, error) {
	if data := in.bytes(); len(data) > 0 {
		n := copy(p, data)
		in.take(n)
		return n, nil
	}
	if err := in.arm(); err != nil {
		return 0, err
	}
	return in.conn.Read(p)
}
