package socket_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"ursula/core/socket"
)

// ends returns both ends of a connection over loopback.
func ends(t *testing.T) (here *socket.Conn, there *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialed, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dialed.Close(); accepted.Close() })
	return socket.New(accepted), dialed.(*net.TCPConn)
}

// More than any socket holds goes both ways at the same time, and ends.
func TestBothWaysToTheEnd(t *testing.T) {
	here, there := ends(t)
	data := bytes.Repeat([]byte("0123456789abcde\n"), 4<<20/16)
	sums := make(chan [sha256.Size]byte, 2)
	read := func(r io.Reader) {
		got, err := io.ReadAll(r)
		if err != nil {
			t.Error(err)
		}
		sums <- sha256.Sum256(got)
	}
	go read(here)
	go func() {
		n, err := here.Write(data)
		if n != len(data) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		here.Conn.(*net.TCPConn).CloseWrite()
	}()
	go func() {
		if _, err := there.Write(data); err != nil {
			t.Error(err)
		}
		there.CloseWrite()
	}()
	go read(there)
	for range 2 {
		if <-sums != sha256.Sum256(data) {
			t.Error("what arrived is not what was sent")
		}
	}
}

// Trying takes what there is room for, and then nothing, without a wait.
func TestTryingNeverWaits(t *testing.T) {
	here, there := ends(t)
	piece, sent := make([]byte, 1<<20), 0
	for {
		n, err := here.TryWrite(piece)
		if err != nil {
			t.Fatal(err)
		}
		if sent += n; n == 0 {
			break
		}
	}
	got, err := io.CopyN(io.Discard, there, int64(sent))
	if got != int64(sent) || err != nil {
		t.Errorf("%d of %d bytes arrived: %v", got, sent, err)
	}
}

// Deadlines and the end of a connection come out as net's own do.
func TestErrorsAreNets(t *testing.T) {
	here, there := ends(t)
	b := make([]byte, 1)
	here.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := here.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("at a deadline: %v", err)
	}
	here.SetReadDeadline(time.Time{})
	if n, err := here.Read(nil); n != 0 || err != nil {
		t.Errorf("into nothing: %d, %v", n, err)
	}
	there.SetLinger(0)
	there.Close() // with a reset
	var call *os.SyscallError
	if _, err := here.Read(b); !errors.As(err, &call) || call.Syscall != "read" {
		t.Errorf("after a reset: %v", err)
	}
	waiting := make(chan error, 1)
	again, _ := ends(t)
	go func() {
		_, err := again.Read(b)
		waiting <- err
	}()
	again.Close()
	if err := <-waiting; !errors.Is(err, net.ErrClosed) {
		t.Errorf("who waited at the close: %v", err)
	}
	for _, write := range []func([]byte) (int, error){again.Write, again.TryWrite} {
		if n, err := write(b); n != 0 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the close: %d, %v", n, err)
		}
	}
}

// What is no socket is left as it is.
func TestWhatIsNoSocket(t *testing.T) {
	pipe, other := net.Pipe()
	defer pipe.Close()
	defer other.Close()
	if socket.New(pipe) != nil {
		t.Error("a pipe was taken for a socket")
	}
}
