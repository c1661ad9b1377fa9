package stream

import "testing"

// TestQueuesForgetTheDead: streams that come and go leave nothing behind, even
// if nothing is ever flushed, shed or due.
func TestQueuesForgetTheDead(t *testing.T) {
	m := populated(10, 100)
	for i := range 5000 {
		name := benchName(100 + i%3)
		m.Apply(&Command{Op: OpCreate, Name: name, Data: []byte("x"), Lifetime: Lifetime{TTL: 1 << 30}}, nil)
		if i%2 == 0 {
			flush := flushAll(m)
			m.Apply(&flush, nil)
		}
		m.Apply(&Command{Op: OpDelete, Name: name}, nil)
	}
	const alive = 10
	l := &m.local
	for name, n := range map[string]int{
		"dirty": len(l.dirty.entries), "cached": len(l.cached.entries), "deadlines": l.deadlines.Len(),
	} {
		if n > 2*alive+sweepFrom {
			t.Errorf("%s holds %d entries", name, n)
		}
	}
	if m.Memory() != 10*100 || m.Usage().Objects != 1 {
		t.Errorf("usage %+v", m.Usage())
	}
}
