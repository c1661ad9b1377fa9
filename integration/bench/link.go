package bench

import (
	"context"
	"math/rand/v2"
)

// link is a connection to every node of a target, for one goroutine. The nodes of a
// cluster act as one server, so each request may go to any of them.
//
// Users do not share connections: a pool would need a lock for each request, and a dial
// now and then in the middle of a measurement.
type link []*conn

// link connects to all nodes.
func (t Target) link(ctx context.Context) (link, error) {
	l := make(link, 0, len(t.nodes))
	for _, addr := range t.nodes {
		c, err := dial(ctx, addr)
		if err != nil {
			l.close()
			return nil, err
		}
		l = append(l, c)
	}
	return l, nil
}

// draw returns the number of a node.
func (l link) draw() int {
	if len(l) == 1 {
		return 0
	}
	return rand.IntN(len(l))
}

// any returns the connection to a node drawn at random.
func (l link) any() *conn { return l[l.draw()] }

func (l link) close() {
	for _, c := range l {
		c.close()
	}
}
