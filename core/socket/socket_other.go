//go:build !linux || race

package socket

import "syscall"

// Read reads into p what has arrived: 0 bytes at the end of the stream, and
// syscall.EAGAIN when nothing is there. The race detector follows these calls.
func Read(fd uintptr, p []byte) (int, error) {
	return again(func() (int, error) { return syscall.Read(int(fd), p) })
}

// Write writes as much of p as the socket has room for; syscall.EAGAIN means none.
func Write(fd uintptr, p []byte) (int, error) {
	return again(func() (int, error) { return syscall.Write(int(fd), p) })
}

func again(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
