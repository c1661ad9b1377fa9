package stream

import (
	"fmt"
	"strings"
)

// What can be seen.
var viewVerbs = map[string]func(*world, *args){
	// stat NAME
	"stat": func(w *world, a *args) {
		info, err := w.m().Stat(a.stream(), w.now)
		w.say("%s", orError(describeInfo(info), err))
	},
	// each: everything that is visible
	"each": func(w *world, _ *args) {
		w.m().Each("", w.now, func(i Info) bool { w.say("%s", describeInfo(i)); return true })
	},
	// wants-touch NAME
	"wants-touch": func(w *world, a *args) { w.say("%v", w.m().NeedsTouch(a.stream(), w.now)) },
	// plan NAME [from= limit=]
	"plan": func(w *world, a *args) {
		p, err := w.m().ReadPlan(a.stream(), w.now, a.number("from", 0), int(a.number("limit", 1<<20)))
		w.say("%s", orError(describePlan(p), err))
	},
	// inherited NAME id= from= to=
	"inherited": func(w *world, a *args) {
		p, err := w.m().InheritedPlan(a.stream(), a.number("id", 1), a.number("from", 0), a.number("to", 0))
		w.say("%s", orError(describePlan(p), err))
	},
	// read NAME [from= limit= sources=MACHINE]: the bytes, through forks and the cold store
	"read": func(w *world, a *args) {
		p, err := w.m().ReadPlan(a.stream(), w.now, a.number("from", 0), int(a.number("limit", 1<<20)))
		w.say("%s", orError(fmt.Sprintf("%q", w.resolve(a, p, a.text("sources", w.name))), err))
	},
	// ends NAME id= from= to=
	"ends": func(w *world, a *args) {
		w.say("%d", w.m().RecordEnds(a.stream(), a.number("id", 1), a.number("from", 0), a.number("to", MaxOffset)))
	},
	// records [prefix=]
	"records": func(w *world, a *args) {
		w.m().EachRecord(a.text("prefix", ""), func(key string, value []byte, version uint64) bool {
			w.say("%s@%d %q", key, version, value)
			return true
		})
	},
}

// resolve reads a plan's bytes. Inherited spans are read from the machine that
// has the sources.
func (w *world) resolve(a *args, p Plan, sources string) []byte {
	var data []byte
	for _, s := range p.Spans {
		switch {
		case s.Inherited != nil:
			data = append(data, w.inherited(a, s, sources)...)
		case s.Cold != nil:
			data = append(data, w.objects[w.object(s.Cold.Object)][s.Cold.Offset:][:s.To-s.From]...)
		}
		for _, part := range s.Hot {
			data = append(data, part...)
		}
	}
	return data
}

func (w *world) inherited(a *args, s Span, sources string) []byte {
	here := w.name
	defer w.use(here)
	w.use(sources)
	p, err := w.m().InheritedPlan(s.Inherited.Source, s.Inherited.SourceID, s.From, s.To)
	a.check(err)
	return w.resolve(a, p, sources)
}

func describe(r Result) string {
	var b strings.Builder
	switch {
	case r.Err != nil:
		fmt.Fprintf(&b, "refused: %v", r.Err)
	case r.Created:
		b.WriteString("created")
	case r.Duplicate:
		b.WriteString("duplicate")
	default:
		b.WriteString("ok")
	}
	if r.Next > 0 {
		fmt.Fprintf(&b, " next=%d", r.Next)
	}
	if r.Closed {
		b.WriteString(" closed")
	}
	if r.Producer.ID != "" {
		fmt.Fprintf(&b, " producer=%s/%d/%d", r.Producer.ID, r.Producer.Epoch, r.Producer.Seq)
	}
	if r.Pending != nil {
		fmt.Fprintf(&b, " pending %s", describeFork(r.Pending))
	}
	return b.String()
}

func describeFork(f *Fork) string {
	return fmt.Sprintf("%s#%d at=%d ref=%s", f.Source.Path(), f.SourceID, f.At, f.Ref)
}

func describeEvent(e Event) string {
	s := fmt.Sprintf("%s#%d [%d,%d)", e.Name.Path(), e.ID, e.From, e.To)
	if len(e.Data) > 0 {
		s += fmt.Sprintf(" %q", e.Data)
	}
	return s + when(e.Closed, " closed") + when(e.Gone, " gone")
}

func describeInfo(i Info) string {
	s := fmt.Sprintf("%s#%d %s [%d,%d)", i.Name.Path(), i.ID, i.ContentType, i.Base, i.Tail)
	s += when(i.JSON, " json") + when(i.Closed, " closed")
	s += when(i.Lifetime.TTL >= 0, fmt.Sprintf(" ttl=%d", i.Lifetime.TTL))
	s += when(i.Lifetime.ExpiresAt != 0, fmt.Sprintf(" expires=%d", i.Lifetime.ExpiresAt))
	if i.Fork != nil {
		s += " fork of " + describeFork(i.Fork)
	}
	return s
}

func describePlan(p Plan) string {
	lines := []string{fmt.Sprintf("[%d,%d) at tail=%v", p.From, p.To, p.AtTail())}
	for _, s := range p.Spans {
		line := fmt.Sprintf("  [%d,%d)", s.From, s.To)
		switch {
		case s.Inherited != nil:
			line += " inherited from " + describeFork(s.Inherited)
		case s.Cold != nil:
			line += fmt.Sprintf(" cold object=%d offset=%d", s.Cold.Object, s.Cold.Offset)
		default:
			line += fmt.Sprintf(" hot %q", s.Hot)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func when(set bool, s string) string {
	if set {
		return s
	}
	return ""
}

func orError(s string, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return s
}

func paths(names []Name) (out []string) {
	for _, n := range names {
		out = append(out, n.Path())
	}
	return out
}
