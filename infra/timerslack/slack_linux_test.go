package timerslack

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// child is the variable that makes this test's program the one that is started: its value
// is the slack to begin with.
const child = "URSULA_TEST_TIMERSLACK"

func TestMain(m *testing.M) {
	if begin := os.Getenv(child); begin != "" {
		report(begin)
		return
	}
	os.Exit(m.Run())
}

// report widens and says its process number, its slack, and that of another thread if it is
// one of the program that was started anew.
func report(begin string) {
	if begin != "0" {
		var slack uintptr
		_, _ = fmt.Sscan(begin, &slack)
		runtime.LockOSThread()
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0)
		_ = os.Setenv(child, "0")
	}
	Widen()
	runtime.LockOSThread() // so that the goroutine is another thread's
	other := make(chan int)
	go func() {
		runtime.LockOSThread()
		other <- current()
	}()
	slacks := []int{current()}
	if begin == "0" {
		slacks = append(slacks, <-other)
	}
	fmt.Println(os.Getpid(), slacks, strings.Join(os.Args[1:], " "))
}

func TestWiden(t *testing.T) {
	for begin, want := range map[string][]int{"50000": {wide, wide}, "70000": {70000}} {
		c := exec.Command(os.Args[0], "some", "arguments")
		c.Env = append(os.Environ(), child+"="+begin)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(out), fmt.Sprintln(c.Process.Pid, want, "some arguments"); got != want {
			t.Errorf("from %s: %q, want %q", begin, got, want)
		}
	}
}
