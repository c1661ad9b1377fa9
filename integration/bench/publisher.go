package bench

import (
	"strconv"
	"time"
)

// publisher sends messages, each when the last one has been answered.
type publisher struct {
	conn *conn
	out  *outgoing
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
	p.out.set(kind, p.seq, time.Now())
	h, err := p.conn.exchange(p.out.request)
	switch {
	case err != nil:
		p.rec.fail(0, "publish: "+err.Error())
	case h.status != 200 && h.status != 204:
		p.rec.fail(0, "publish: status "+strconv.Itoa(h.status))
	default:
		p.seq++
	}
}
