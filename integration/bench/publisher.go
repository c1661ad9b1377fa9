package bench

import (
	"strconv"
	"time"
)

// publisher sends messages, each when the last one has been answered.
type publisher struct {
	link link
	out  []*outgoing // for each node
	rec  *recorder
	seq  uint64
}

func (p *publisher) run(enough <-chan struct{}, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-enough:
			p.send(kindLast)
			return
		case <-tick.C:
			p.send(kindMessage)
		}
	}
}

func (p *publisher) send(kind byte) {
	node := p.link.draw()
	out := p.out[node]
	out.set(kind, p.seq, time.Now())
	h, err := p.link[node].exchange(out.request)
	switch {
	case err != nil:
		p.rec.fail(0, "publish: "+err.Error())
	case h.status != 200 && h.status != 204:
		p.rec.fail(0, "publish: status "+strconv.Itoa(h.status))
	default:
		p.seq++
	}
}
