package node

import (
	"ursula/core/cold"
	"ursula/core/journal"
	"ursula/core/stream"
)

// Stats is what a node holds and has done so far.
type Stats struct {
	Groups  int
	Leading int
	Streams int
	Hot     int64 // bytes of ring memory
	Pending int64 // bytes that only rings hold
	Objects int   // in the cold store
	Cold    int64 // their bytes

	JournalDisk int64
	JournalLive int64
	Journal     journal.Stats
	Flush       cold.FlushStats
	Read        cold.ReadStats
}

// Stats sums the node up. It looks at every group briefly.
func (n *Node) Stats() Stats {
	s := Stats{Groups: len(n.groups), Flush: n.flusher.Stats(), Read: n.reader.Stats()}
	for _, g := range n.groups {
		var u stream.Usage
		g.engine.Replica().View(func(m *stream.Machine) { u = m.Usage() })
		s.Streams += u.Streams
		s.Hot += u.Memory
		s.Pending += u.Unflushed
		s.Objects += u.Objects
		s.Cold += u.ColdBytes
		if g.engine.Leads() {
			s.Leading++
		}
	}
	if n.logs != nil {
		s.JournalDisk, s.JournalLive = n.logs.Held()
		s.Journal = n.logs.Stats()
	}
	return s
}
