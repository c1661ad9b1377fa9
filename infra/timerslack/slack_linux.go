package timerslack

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	usual = 50_000    // nanoseconds: what Linux begins with
	wide  = 4_000_000 // nanoseconds
)

// Widen starts this program anew with a timer slack of four milliseconds, with the same
// arguments, variables and process number, and then does not return. A slack that is not
// Linux's own was chosen by somebody, perhaps by Widen, and is left alone. Where it cannot
// be done the program goes on without. To be called before there is anything to lose.
func Widen() {
	runtime.LockOSThread() // the slack is a thread's
	defer runtime.UnlockOSThread()
	if current() != usual {
		return
	}
	program, err := os.Executable()
	if err != nil || unix.Prctl(unix.PR_SET_TIMERSLACK, wide, 0, 0, 0) != nil || current() != wide {
		return // where it is taken and not kept, the next one would begin anew as well, and so on
	}
	_ = syscall.Exec(program, os.Args, os.Environ())
}

// current is the slack of this thread in nanoseconds.
func current() int {
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		return -1
	}
	return slack
}
