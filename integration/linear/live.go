package linear

import (
	"cmp"
	"slices"
	"strings"
)

// checkTails wants what each live reader was given to be the final content from
// where it began, as far as it got.
func (s *story) checkTails(f *faults) {
	content := s.finals[0].Content
	for _, tail := range s.tails {
		if tail.From > int64(len(content)) {
			f.add(Gapped, "reader %d began at %d, beyond the end at %d", tail.Reader, tail.From, len(content))
			continue
		}
		rest := content[tail.From:]
		if !strings.HasPrefix(rest, tail.Content) {
			at := common(rest, tail.Content)
			f.add(Gapped, "reader %d, from %d on, was given something else after %d bytes: %.30q, the content is %.30q",
				tail.Reader, tail.From, at, tail.Content[at:], rest[at:])
		}
	}
}

// common is the length of the longest common prefix.
func common(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// checkTime wants the tail never to go back in real time: an answer that speaks for
// the tail and was asked for after somebody had seen an offset is not behind it.
// The search implies that for operations; this also counts what live readers saw,
// and it names the two.
func (s *story) checkTime(f *faults) {
	sights := s.sights()
	next, seen := 0, Sight{}
	for _, o := range s.telling() {
		for ; next < len(sights) && sights[next].At < o.Invoked; next++ {
			if sights[next].Tail > seen.Tail {
				seen = sights[next]
			}
		}
		if o.Tail < seen.Tail {
			f.add(Receded, "the tail was seen at %d at %v, and then %v", seen.Tail, seen.At, o)
		}
	}
}

// telling is the operations that speak for the tail in the order in which they were
// invoked.
func (s *story) telling() []*Op {
	var list []*Op
	for _, o := range s.ops {
		if o.tells() {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *Op) int { return cmp.Compare(a.Invoked, b.Invoked) })
	return list
}

// sights is every moment at which somebody had seen an offset, in order.
func (s *story) sights() []Sight {
	var list []Sight
	for _, o := range s.ops {
		if o.tells() {
			list = append(list, Sight{o.Returned, o.Tail})
		}
	}
	for _, tail := range s.tails {
		list = append(list, tail.Sights...)
	}
	slices.SortFunc(list, func(a, b Sight) int { return cmp.Compare(a.At, b.At) })
	return list
}
