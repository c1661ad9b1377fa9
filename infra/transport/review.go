package transport

// carrier is an established connection.
type carrier interface {
	run() error // until it ends; returns why
	fail(error) // ends it
	met() (peer Identity, class Class)
}

// review ends the connections with nodes that would not be admitted any more. A
// handshake says who somebody was: since then his place may have been given to
// another disk, at the same address.
func (t *Transport) review() {
	for _, p := range t.snapshotPeers() {
		p.log.review(t.doubt)
		p.call.review(t.doubt)
		p.bulk.review(t.doubt)
	}
	for _, c := range t.inbound.all() {
		t.doubt(c)
	}
}

// doubt judges a connection anew. Whoever was admitted while the judge changed his
// mind is found by one of two: by review, or by doubt once the connection can be seen
// by review.
func (t *Transport) doubt(c carrier) {
	peer, class := c.met()
	if err := t.admit(t.options.Identity(), peer, class); err != nil {
		c.fail(refused(err.Error()))
	}
}
