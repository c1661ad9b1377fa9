package stream

import (
	"bytes"
	"strings"
)

// What the server does for itself: the cold store, memory, expiry, records and
// snapshots.
var coldVerbs = map[string]func(*world, *args){
	// flush OBJECT [limit=]: the candidates | flush OBJECT STREAM:ID:FROM:TO:OFFSET...
	"flush": func(w *world, a *args) {
		object := a.parse(a.word())
		if len(a.words) > 0 {
			w.tell(flushCommand(a, object))
			return
		}
		w.tell(w.pack(object, int64(a.number("limit", 1<<20))))
	},
	// sweep OBJECT...
	"sweep": func(w *world, a *args) {
		c := Command{Op: OpSweep}
		for len(a.words) > 0 {
			c.Objects = append(c.Objects, a.parse(a.word()))
		}
		w.tell(c)
	},
	// garbage: what a sweep may delete
	"garbage": func(w *world, _ *args) { w.say("%d last=%d", w.m().Garbage(), w.m().LastObject()) },
	// shed TARGET
	"shed": func(w *world, a *args) { w.say("freed %d", w.m().Shed(int64(a.parse(a.word())))) },
	// due LIMIT
	"due": func(w *world, a *args) {
		due, next := w.m().Due(w.now, int(a.parse(a.word())))
		w.say("due %v next=%d", paths(due), next)
	},
	// record [check=KEY@VERSION] [set=KEY:VALUE] [unset=KEY]
	"record": func(w *world, a *args) { w.tell(Command{Op: OpRecord, Records: recordsOf(a)}) },
	// snapshot: freeze, write, read back, and go on with what was read
	"snapshot": func(w *world, a *args) {
		var written bytes.Buffer
		_, err := w.m().Freeze().WriteTo(&written)
		a.check(err)
		restored, err := ReadSnapshot(&written)
		a.check(err)
		w.machines[w.name] = restored
	},
	// usage: the accounts
	"usage": func(w *world, _ *args) {
		u := w.m().Usage()
		w.say("streams=%d memory=%d unflushed=%d objects=%d cold=%d",
			u.Streams, u.Memory, u.Unflushed, u.Objects, u.ColdBytes)
	},
}

// pack puts flush candidates into an object of the world's cold store.
func (w *world) pack(object uint64, limit int64) Command {
	f := &Flush{Object: object}
	var data []byte
	for _, c := range w.m().FlushCandidates(limit) {
		w.say("  %s#%d [%d,%d) ends=%d", c.Name.Path(), c.ID, c.From, c.To, c.Ends)
		f.Ranges = append(f.Ranges, FlushedRange{
			Name: c.Name, ID: c.ID, From: c.From, To: c.To, Offset: uint64(len(data)),
		})
		data = append(data, bytes.Join(c.Parts, nil)...)
	}
	f.Size = int64(len(data))
	w.objects[w.object(object)] = data
	return Command{Op: OpFlush, Flush: f}
}

func flushCommand(a *args, object uint64) Command {
	f := &Flush{Object: object, Size: 100}
	for len(a.words) > 0 {
		var r FlushedRange
		var name string
		a.scan(strings.ReplaceAll(a.word(), ":", " "), "%s %d %d %d %d", &name, &r.ID, &r.From, &r.To, &r.Offset)
		r.Name = asName(name)
		f.Ranges = append(f.Ranges, r)
	}
	return Command{Op: OpFlush, Flush: f}
}

func recordsOf(a *args) *RecordBatch {
	b := &RecordBatch{}
	for _, check := range a.list("check") {
		key, version, _ := strings.Cut(check, "@")
		b.Checks = append(b.Checks, RecordCheck{Key: key, Version: a.parse(version)})
	}
	for _, set := range a.list("set") {
		key, value, _ := strings.Cut(set, ":")
		b.Sets = append(b.Sets, RecordSet{Key: key, Value: []byte(value)})
	}
	for _, key := range a.list("unset") {
		b.Sets = append(b.Sets, RecordSet{Key: key})
	}
	return b
}
