package natsd

import "ursula/core/stream"

// Publish sends events that the leader of a group has applied to the nodes that
// have interest in their streams. It is called from the goroutine that applies,
// and by those of other groups at the same time. It waits for nothing: events
// that nobody else wants cost a look into a table, and those that the queue has
// no room for are dropped. It keeps the events' Data until it is sent.
func (n *Node) Publish(group uint32, term uint64, events []stream.Event) {
	if n.account.TotalSubs() <= int(n.interests.holds.Load()) {
		n.counts.noInterest.Add(uint64(len(events))) // other nodes want nothing at all
		return
	}
	for i := range events {
		n.offer(origin{group, term}, &events[i])
	}
}

func (n *Node) offer(o origin, e *stream.Event) {
	subject := subjectOf(e.Name)
	if !n.wantedElsewhere(subject, e.Name) {
		n.counts.noInterest.Add(1)
		return
	}
	out := outgoing{subject, o, *e}
	if len(e.Data) > n.opts.MaxData {
		out.event.Data = nil // so that what waits is bounded
	}
	if !n.queue.put(out) {
		n.counts.dropped.Add(1)
	}
}

// wantedElsewhere asks the server's own table, which routes keep current. This
// node's subscription is in it too and does not count.
func (n *Node) wantedElsewhere(subject string, name stream.Name) bool {
	switch n.account.Interest(subject) {
	case 0:
		return false
	case 1:
		return !n.interests.subscribed(name)
	}
	return true
}

// publishQueued sends what waits, until the node stops.
func (n *Node) publishQueued() {
	var batch []outgoing
	var message []byte
	for {
		select {
		case <-n.queue.kick:
		case <-n.stop:
			return
		}
		batch = n.queue.take(batch)
		for i := range batch {
			o := &batch[i]
			message = appendMessage(message[:0], o.origin, &o.event, n.opts.MaxData)
			n.count(n.conn.Publish(o.subject, message))
		}
	}
}

// count counts an event that was sent. Without a connection it is dropped.
func (n *Node) count(err error) {
	if err != nil {
		n.counts.dropped.Add(1)
		return
	}
	n.counts.published.Add(1)
}
