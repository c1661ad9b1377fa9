//go:build unix

package vfs

import "golang.org/x/sys/unix"

// Free implements FS. What is kept back for root does not count.
func (OS) Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
