package bench

import (
	"os"
	"testing"
	"time"
)

func TestUsageOfThisProcessIsRead(t *testing.T) {
	u, err := processUsage(os.Getpid())
	if err != nil || u.rss <= 0 {
		t.Fatalf("%+v, %v", u, err)
	}
}

func TestStatLinesAreParsed(t *testing.T) {
	u, err := parseStat("12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 19 20 3 22")
	if err != nil || u.cpu != 2*time.Second || u.rss != 3*int64(os.Getpagesize()) {
		t.Fatalf("%+v, %v", u, err)
	}
	for _, line := range []string{"", "12 (a) S 1", "12 (a) S 1 2 3 4 5 6 7 8 9 10 x 50 13 14 15 16 17 18 19 20 3 22"} {
		if u, err := parseStat(line); err == nil {
			t.Errorf("%q is %+v", line, u)
		}
	}
}

func TestMeterWithoutAProcessSaysSo(t *testing.T) {
	for _, pid := range []int{0, 1 << 30} {
		if s := startMeter(Target{PIDs: []int{pid}}).read(); s.err == nil {
			t.Errorf("usage of process %d was read: %+v", pid, s)
		}
	}
}
