// Package timerslack has Linux wake this process a little later than it asks for, so that
// the watching thread of Go's runtime does not wake every 20 microseconds.
//
// That thread (sysmon) looks for system calls that block, and sleeps for 20 us in between
// as long as there are any. A server that syncs a file thousands of times a second keeps it
// awake, and each look takes a processor from somebody who works. How late a sleeping
// thread may be woken is its timer slack: 50 us by default, for a thread as for its
// children. With one of four milliseconds the thread looks far less often, and timers end up
// to so much later. docs/decisions/0024 has figures.
//
// The thread starts before any code of a program's own, and only a privileged process can
// set the slack of another thread. So the process sets its own, which it keeps when it
// becomes another program, and becomes the same program again.
package timerslack
