package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of CPU time in /proc: USER_HZ is 100 on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// Fields of /proc/PID/stat after the command's name, counted from the state as 0.
const (
	statUser   = 11
	statSystem = 12
	statRSS    = 21 // in pages
)

// processUsage reads /proc. CPU time is exact to a clock tick.
func processUsage(pid int) (usage, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, fmt.Errorf("read usage of process %d: %w", pid, err)
	}
	u, err := parseStat(string(text))
	if err != nil {
		return usage{}, fmt.Errorf("read usage of process %d: %w", pid, err)
	}
	return u, nil
}

// parseStat reads one line of /proc/PID/stat. The command's name may hold spaces and
// parentheses, so that fields are counted from its last parenthesis.
func parseStat(line string) (usage, error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) <= statRSS {
		return usage{}, fmt.Errorf("%d fields are too few", len(fields))
	}
	user, err1 := strconv.ParseInt(fields[statUser], 10, 64)
	system, err2 := strconv.ParseInt(fields[statSystem], 10, 64)
	pages, err3 := strconv.ParseInt(fields[statRSS], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return usage{}, fmt.Errorf("a field is not a number in %.200q", line)
	}
	return usage{cpu: time.Duration(user+system) * clockTick, rss: pages * int64(os.Getpagesize())}, nil
}
