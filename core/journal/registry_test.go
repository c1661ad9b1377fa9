package journal

import "testing"

// TestSegmentsLeaveInOrder lists closed segments, the rows say which are
// removed, in order, when nothing lives in the emptied ones.
func TestSegmentsLeaveInOrder(t *testing.T) {
	type row struct{ number, generation, shard, records int }
	segments := []row{
		{1, 1, 0, 1}, {2, 1, 1, 1}, {3, 1, 0, 1}, {4, 1, 1, 1},
		{5, 2, 0, 1}, {6, 2, 1, 1}, {7, 2, 0, 1},
	}
	for name, c := range map[string]struct {
		emptied []uint64
		want    []uint64
	}{
		"nothing is empty":                    {nil, nil},
		"the first of a shard":                {[]uint64{2}, []uint64{2}},
		"an older one of the shard stays":     {[]uint64{3, 4}, nil},
		"both shards independently":           {[]uint64{1, 3, 4}, []uint64{1, 3}},
		"a later generation waits":            {[]uint64{1, 2, 3, 5, 6, 7}, []uint64{1, 2, 3}},
		"a later generation, all before gone": {[]uint64{1, 2, 3, 4, 6, 7}, []uint64{1, 2, 3, 4, 6}},
	} {
		r := newRegistry()
		for _, s := range segments {
			h := header{generation: uint64(s.generation), number: uint64(s.number), shard: uint32(s.shard)}
			r.add(&segment{header: h, closed: true, records: int64(s.records)})
		}
		for _, number := range c.emptied {
			r.segments[number].records = 0
		}
		for n, want := range append(c.want, 0) {
			s := r.nextRemovable()
			if got := numberOf(s); got != want {
				t.Errorf("%s: removal %d is segment %d, want %d", name, n, got, want)
			}
		}
	}
}

func numberOf(s *segment) uint64 {
	if s == nil {
		return 0
	}
	return s.number
}
