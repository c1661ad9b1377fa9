package stream

import (
	"maps"
	"slices"
)

// The steps of a fork's life. A scenario plays two groups by switching machines.
var forkVerbs = map[string]func(*world, *args){
	// machine NAME: go on with this machine; the first mention makes it.
	"machine": func(w *world, a *args) { w.use(a.word()) },
	// retain SOURCE id= at= ref=
	"retain": func(w *world, a *args) {
		c := reference(OpRetain, a)
		c.At = a.number("at", 0)
		w.tell(c)
	},
	// release SOURCE id= ref=
	"release": func(w *world, a *args) { w.tell(reference(OpRelease, a)) },
	// activate FORK ref= | abandon FORK ref=
	"activate": func(w *world, a *args) { w.tell(reference(OpActivate, a)) },
	"abandon":  func(w *world, a *args) { w.tell(reference(OpAbandon, a)) },
	// settle ENTRY
	"settle": func(w *world, a *args) { w.tell(Command{Op: OpSettle, Outbox: a.parse(a.word())}) },
	// pending: the forks that wait for their source
	"pending": func(w *world, _ *args) {
		forks := w.m().PendingForks()
		for _, name := range slices.Sorted(maps.Keys(forks)) {
			w.say("%s <- %s", name.Path(), describeFork(forks[name]))
		}
		w.say("unsettled=%v", w.m().Unsettled())
	},
	// outbox: the references that are to be given back
	"outbox": func(w *world, _ *args) {
		releases := w.m().Releases()
		for _, id := range slices.Sorted(maps.Keys(releases)) {
			w.say("%d: %s", id, describeFork(releases[id]))
		}
		w.say("unsettled=%v", w.m().Unsettled())
	},
}

func reference(op Op, a *args) Command {
	return Command{Op: op, Name: a.stream(), Ref: a.text("ref", ""), ID: a.number("id", 0)}
}

func forkOf(a *args) *Fork {
	source := a.text("fork", "")
	if source == "" {
		return nil
	}
	at := a.number("at", 0)
	f := &Fork{
		Source: asName(source), SourceID: a.number("id", 1), At: at, Requested: at,
		Sub: a.number("sub", 0), Inherits: a.flag("inherits"), Ref: a.text("ref", ""),
	}
	if offset := a.text("offset", ""); offset == "tail" {
		f.Requested = CurrentTail
	} else if offset != "" {
		f.Requested = a.parse(offset)
	}
	return f
}
