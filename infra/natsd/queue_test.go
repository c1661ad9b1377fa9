package natsd

import "testing"

func TestQueueIsBoundedAndInOrder(t *testing.T) {
	q := newQueue(3)
	for i := range 5 {
		if ok := q.put(outgoing{origin: origin{group: uint32(i)}}); ok != (i < 3) {
			t.Errorf("put %d: %v", i, ok)
		}
	}
	<-q.kick
	batch := q.take(nil)
	for i, o := range batch {
		if o.origin.group != uint32(i) {
			t.Errorf("%d came in place of %d", o.origin.group, i)
		}
	}
	if len(batch) != 3 || len(q.take(batch)) != 0 || !q.put(outgoing{}) {
		t.Errorf("took %d", len(batch))
	}
}
