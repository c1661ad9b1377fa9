package transport

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// unacknowledgedMillis is how long the kernel sends again what nobody
// acknowledges. Left alone it goes on for a quarter of an hour.
const unacknowledgedMillis = 10_000

func giveUpUnacknowledged(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, unacknowledgedMillis)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("set TCP_USER_TIMEOUT: %w", err)
	}
	return nil
}
