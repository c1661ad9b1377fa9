//go:build !linux

package bench

import (
	"fmt"
	"runtime"
)

// processUsage says that another process cannot be read here.
func processUsage(int) (usage, error) {
	return usage{}, fmt.Errorf("processes are read from /proc, which %s does not have", runtime.GOOS)
}
