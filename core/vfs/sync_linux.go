package vfs

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync leaves out the attributes that recovery does not need: on a file
// that does not grow it spares the file system a journal commit.
func datasync(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		failed = unix.Fdatasync(int(fd))
		for failed == unix.EINTR {
			failed = unix.Fdatasync(int(fd))
		}
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: failed}
	}
	return nil
}
