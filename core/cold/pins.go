package cold

import "sync"

// pins lets the sweeper learn, per group, when all reads that began before a
// moment have ended. Reads are counted by eras: retiring closes the era that
// is open, and its readers, with those of every era before it, are the ones to
// wait for.
type pins struct {
	mu     sync.Mutex
	groups map[uint32][]*era // oldest first; the last one is open
}

// era is a stretch of time in which reads began.
type era struct {
	readers int
	drained chan struct{} // closed when no reader of it or an earlier era is left
	notify  func()
}

func newPins() *pins { return &pins{groups: make(map[uint32][]*era)} }

// enter counts a read that begins now.
func (p *pins) enter(group uint32) *era {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := p.open(group)
	open.readers++
	return open
}

// leave counts the end of a read.
func (p *pins) leave(group uint32, e *era) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.readers--
	p.settle(group)
}

// retire returns a channel that is closed once all reads that began before now
// have ended; notify is called then too. It must not wait, nor use p.
func (p *pins) retire(group uint32, notify func()) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	closing := p.open(group)
	closing.notify = notify
	p.groups[group] = append(p.groups[group], newEra())
	p.settle(group)
	return closing.drained
}

func (p *pins) open(group uint32) *era {
	eras := p.groups[group]
	if len(eras) == 0 {
		eras = []*era{newEra()}
		p.groups[group] = eras
	}
	return eras[len(eras)-1]
}

// settle lets go of closed eras from the oldest on, as far as they are empty.
func (p *pins) settle(group uint32) {
	eras := p.groups[group]
	for len(eras) > 1 && eras[0].readers == 0 {
		close(eras[0].drained)
		eras[0].notify()
		eras = eras[1:]
	}
	p.groups[group] = eras
}

func newEra() *era { return &era{drained: make(chan struct{})} }
