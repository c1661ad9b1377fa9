package server

import (
	"testing"
	"time"
)

// The tests have three servers in one process, and break the bus of tail events while
// all else between them works. Readers at every node, of whom two nodes' follow, must get
// every message once, in order and soon, because their own replicas tell them.

func TestReadersWithoutABus(t *testing.T) {
	t.Parallel()
	l := &lanes{down: true}
	f := follow(t, l)
	f.steps(5)
	if refused, _, _ := l.did(); refused == 0 || f.count().received > 0 {
		t.Errorf("%d tunnels were refused, and %d events came", refused, f.count().received)
	}
}

func TestReadersWithABusThatIsCut(t *testing.T) {
	t.Parallel()
	l := &lanes{}
	f := follow(t, l)
	f.hinted()
	for range 2 {
		f.steps(1)
		l.cut()
		f.parted()
		f.steps(3)
		l.restore()
		f.hinted()
	}
}

// What comes seconds later is known already.
func TestReadersWithABusThatIsSlow(t *testing.T) {
	t.Parallel()
	l := &lanes{}
	f := follow(t, l)
	f.hinted()
	l.slow(2 * time.Second)
	f.steps(5)
	if _, late, _ := l.did(); late == 0 {
		t.Error("nothing was held back")
	}
	f.arrived()
	f.steps(1)
	l.slow(0)
	f.hinted()
}

// Its connections stay, and nothing arrives any more.
func TestReadersWithABusThatIsSilent(t *testing.T) {
	t.Parallel()
	l := &lanes{}
	f := follow(t, l)
	f.hinted()
	l.slow(time.Hour)
	f.steps(5)
	if _, late, _ := l.did(); late == 0 {
		t.Error("nothing was held back")
	}
}

// Every other event is lost on its way, and most where there is no room for them.
func TestReadersWithABusThatLosesEvents(t *testing.T) {
	t.Parallel()
	l := &lanes{loses: true}
	f := follow(t, l)
	f.hinted()
	f.steps(5)
	if _, _, lost := l.did(); lost == 0 {
		t.Error("nothing was lost")
	}
}
