//go:build linux

package bench

import (
	"os"
	"testing"
)

func TestUsageOfNodesIsSummed(t *testing.T) {
	one := startMeter(Target{PIDs: []int{os.Getpid()}}).read()
	three := startMeter(Target{PIDs: []int{os.Getpid(), os.Getpid(), os.Getpid()}}).read()
	if one.err != nil || three.err != nil || three.rssAfter <= one.rssAfter || len(three.processes) != 3 {
		t.Fatalf("%+v, %+v", one, three)
	}
	if three.server != three.processes[0].cpu+three.processes[1].cpu+three.processes[2].cpu {
		t.Fatalf("%+v is not the sum", three)
	}
}

func TestOneNodeOfManyThatIsNotThereSaysSo(t *testing.T) {
	if s := startMeter(Target{PIDs: []int{os.Getpid(), 1 << 30}}).read(); s.err == nil {
		t.Fatalf("%+v", s)
	}
}

func TestEachNodeIsListed(t *testing.T) {
	var single, cluster Result
	small, large := usage{cpu: 10, rss: 1}, usage{cpu: 30, rss: 2}
	single.addServer(spent{elapsed: 100, server: 10, processes: []usage{small}})
	cluster.addServer(spent{elapsed: 100, server: 40, processes: []usage{large, small}})
	if len(single.Figures) != 2 {
		t.Errorf("one server: %v", single.Figures)
	}
	for name, want := range map[string]float64{"server cores": 0.4, "node 1 cores": 0.3, "node 2 RSS": 1, "largest RSS": 2} {
		if f, found := cluster.Figure(name); !found || f.Value != want {
			t.Errorf("%s is %v, want %v", name, f.Value, want)
		}
	}
}
