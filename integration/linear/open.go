package linear

import (
	"slices"
	"time"
)

// open is the operations of unknown outcome. In a stream with one life the attempts of
// one operation are as good as the first, which may take effect as late as any: the
// others have none after it.
func (s *story) open() (list []*Op) {
	first := map[attempt]*Op{}
	for _, o := range s.ops {
		if o.Outcome != Unknown {
			continue
		}
		key := attempt{o.Kind, o.Token}
		before := first[key]
		switch {
		case before == nil || !s.single:
			first[key] = o
			list = append(list, o)
		case o.Invoked < before.Invoked:
			first[key] = o
			list[slices.Index(list, before)] = o
		}
	}
	return list
}

// attempt is what repeated operations on one stream have in common.
type attempt struct {
	kind  Kind
	token Token
}

// end is the moment after which an open operation has no effect.
func (s *story) end(o *Op, ends map[Token]time.Duration) time.Duration {
	if known, ok := ends[o.Token]; ok && o.Kind == Append && s.single {
		return max(known, o.Invoked)
	}
	return never
}

// matters says whether an operation of unknown outcome can explain anything. In a
// stream with one life an append that nobody ever saw cannot, if all was read in the
// end. One that has expired was not.
func (s *story) matters(o *Op, end time.Duration) bool {
	if !o.writes() {
		return false
	}
	return o.Kind != Append || !s.single || len(s.finals) == 0 || end != never
}

// places maps each append to where it ends in the final content of a stream with one
// life. The final reads are part of the story, so no order that puts it elsewhere
// explains them: without this the search would try them all.
func (s *story) places() map[Token]int64 {
	places := map[Token]int64{}
	if !s.single || len(s.finals) == 0 {
		return places
	}
	content, _ := locate([]byte(s.finals[0].Content)) // damage is another check's
	for _, p := range content {
		places[p.token] = p.end
	}
	return places
}

// ends maps each append to a moment at which it was in the stream for certain: a read
// held it, or an attempt of the same append was confirmed. In a stream with one life
// it took effect before, and its other attempts have none after.
func (s *story) ends() map[Token]time.Duration {
	ends := map[Token]time.Duration{}
	seen := func(token Token, at time.Duration) {
		if before, ok := ends[token]; !ok || at < before {
			ends[token] = at
		}
	}
	for _, o := range s.ops {
		switch {
		case o.Kind == Append && (o.Outcome == OK || o.Outcome == Repeated):
			seen(o.Token, o.Returned)
		case o.Kind == Read && o.Outcome == OK:
			for _, token := range o.Content {
				seen(token, o.Returned)
			}
		}
	}
	return ends
}
