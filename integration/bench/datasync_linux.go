package bench

import (
	"os"
	"syscall"
)

// datasync waits until a file's bytes are on disk; its times may come later.
func datasync(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var synced error
	if err := conn.Control(func(fd uintptr) { synced = syscall.Fdatasync(int(fd)) }); err != nil {
		return err
	}
	return os.NewSyscallError("fdatasync", synced)
}
