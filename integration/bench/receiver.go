package bench

import "time"

// receive counts the messages of one subscriber until the last one.
func receive(s *subscriber, id int, rec *recorder) {
	for want := uint64(0); ; want++ {
		m, err := s.message()
		if err != nil {
			rec.fail(id, "subscriber: "+err.Error())
			return
		}
		if m.seq != want {
			rec.fail(id, outOfOrder(m.seq, want))
			want = m.seq
		}
		if m.kind == kindLast {
			return
		}
		rec.done(id, time.Since(m.sentAt))
	}
}

func outOfOrder(got, want uint64) string {
	if got > want {
		return "missed messages"
	}
	return "repeated messages"
}
