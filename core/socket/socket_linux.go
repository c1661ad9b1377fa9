//go:build linux && !race

package socket

import (
	"syscall"
	"unsafe"
)

// Read reads into p what has arrived: 0 bytes at the end of the stream, and
// syscall.EAGAIN when nothing is there.
func Read(fd uintptr, p []byte) (int, error) { return call(syscall.SYS_READ, fd, p) }

// Write writes as much of p as the socket has room for; syscall.EAGAIN means none.
func Write(fd uintptr, p []byte) (int, error) { return call(syscall.SYS_WRITE, fd, p) }

func call(number, fd uintptr, p []byte) (int, error) {
	for {
		n, _, err := syscall.RawSyscall(number, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		switch err {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return 0, err
		}
	}
}
