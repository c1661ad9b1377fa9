package stream

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMachineBehavesLikeItsModel runs random commands against a machine, a twin
// that gets the same log, and a model, and compares what can be seen of them.
// The twin is replaced by a restored snapshot now and then; the machine sheds
// memory and the twin does not: neither may make a difference.
func TestMachineBehavesLikeItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &experiment{machine: NewMachine(), twin: NewMachine(), model: newModel(), cold: map[uint64][]byte{}}
		steps := map[string]func(*rapid.T){
			"create":   x.create,
			"append":   x.append,
			"append2":  x.append,
			"append3":  x.append,
			"fork":     x.fork,
			"fork2":    x.fork,
			"delete":   x.delete,
			"touch":    x.touch,
			"expire":   x.expire,
			"release":  x.release,
			"flush":    x.flush,
			"late":     x.flushLate,
			"sweep":    x.sweep,
			"record":   x.record,
			"shed":     func(t *rapid.T) { x.machine.Shed(rapid.Int64Range(1, 500).Draw(t, "target")) },
			"clock":    func(t *rapid.T) { x.now += rapid.Int64Range(1, 4000).Draw(t, "by") },
			"snapshot": x.snapshot,
			"":         x.compare,
		}
		for range 5 { // long histories: an object needs many steps to become garbage
			t.Repeat(steps)
		}
		x.snapshot(t)
	})
}

// experiment is one run of the property test.
type experiment struct {
	machine *Machine
	twin    *Machine
	model   *model
	now     int64
	refs    int
	objects uint64
	cold    map[uint64][]byte
	flushes []*Command // so far

	frozen  *Snapshot // taken some time ago
	written []byte    // what it looked like then
}

// apply puts commands into one log entry and applies it to both machines. The
// entry is spoiled afterwards.
func (x *experiment) apply(t *rapid.T, commands ...*Command) []Result {
	entry := BeginBatch(nil)
	for _, c := range commands {
		c.Now = x.now
		entry = AppendToBatch(entry, c)
	}
	results := x.applyEntry(t, x.machine, entry)
	if twin := x.applyEntry(t, x.twin, entry); !reflect.DeepEqual(twin, results) {
		t.Fatalf("the twin says %v, the machine %v", twin, results)
	}
	return results
}

func (x *experiment) applyEntry(t *rapid.T, m *Machine, entry []byte) (results []Result) {
	own := bytes.Clone(entry)
	err := EachInBatch(own, func(c *Command) {
		r, events := m.Apply(c, nil)
		for _, e := range events {
			if uint64(len(e.Data)) != e.To-e.From && !e.Gone && c.Op != OpActivate {
				t.Fatalf("event %+v has %d bytes", e, len(e.Data))
			}
		}
		results = append(results, r)
	})
	if err != nil {
		t.Fatal(err)
	}
	copy(own, bytes.Repeat([]byte{'#'}, len(own)))
	return results
}

func drawName(t *rapid.T, label string) Name {
	return asName(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, label))
}

func drawData(t *rapid.T) []byte {
	return bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, rapid.SampledFrom([]int{0, 1, 3, 40}).Draw(t, "size"))
}

func drawLifetime(t *rapid.T) Lifetime {
	return Lifetime{TTL: rapid.SampledFrom([]int64{-1, -1, -1, 0, 2, 8}).Draw(t, "ttl")}
}

func (x *experiment) create(t *rapid.T) {
	c := &Command{
		Op: OpCreate, Name: drawName(t, "name"), ContentType: "text/plain", Data: drawData(t),
		Close: rapid.IntRange(0, 5).Draw(t, "close") == 0, Lifetime: drawLifetime(t),
	}
	r := x.apply(t, c)[0]
	s, err := x.model.create(c)
	agree(t, r.Err, err)
	if err == nil && r.Next != uint64(len(s.data)) {
		t.Fatalf("create says %d, want %d", r.Next, len(s.data))
	}
}

func (x *experiment) append(t *rapid.T) {
	c := &Command{
		Op: OpAppend, Name: drawName(t, "name"), ContentType: "text/plain", Data: drawData(t),
		Close: rapid.IntRange(0, 9).Draw(t, "close") == 0,
		Seq:   rapid.SampledFrom([]string{"", "", "", "1", "2", "3"}).Draw(t, "seq"),
	}
	if id := rapid.SampledFrom([]string{"", "p", "q", "r"}).Draw(t, "producer"); id != "" {
		c.Producer = Producer{id, rapid.Uint64Range(0, 2).Draw(t, "epoch"), rapid.Uint64Range(0, 3).Draw(t, "pseq")}
	}
	r := x.apply(t, c)[0]
	duplicate, err := x.model.append(c)
	agree(t, r.Err, err)
	if r.Duplicate != duplicate {
		t.Fatalf("duplicate is %v, want %v", r.Duplicate, duplicate)
	}
	if s := x.model.streams[c.Name]; err == nil && !duplicate && r.Next != uint64(len(s.data)) {
		t.Fatalf("append says %d, want %d", r.Next, len(s.data))
	}
}

// fork plays a whole saga, in which any step may come twice.
func (x *experiment) fork(t *rapid.T) {
	from, err := x.model.find(drawName(t, "source"), x.now)
	if err != nil {
		return
	}
	x.refs++
	f := &Fork{
		Source: from.name, SourceID: from.id, Ref: fmt.Sprintf("ref-%d", x.refs),
		At: rapid.Uint64Range(0, uint64(len(from.data))).Draw(t, "at"), Requested: CurrentTail,
	}
	c := &Command{Op: OpCreate, Name: drawName(t, "name"), Data: drawData(t), Lifetime: drawLifetime(t), Fork: f}
	if c.ContentType = "text/plain"; x.model.streams[c.Name] == from {
		return
	}
	existed := x.model.streams[c.Name]
	r := x.apply(t, c)[0]
	s, err := x.model.create(c)
	if existed == s && errors.Is(r.Err, ErrExists) {
		return // the model does not compare where forks come from
	}
	agree(t, r.Err, err)
	if err == nil && r.Created {
		x.drive(t, c)
		x.model.attach(s, from, f)
	}
}

func (x *experiment) drive(t *rapid.T, c *Command) {
	retain := &Command{Op: OpRetain, Name: c.Fork.Source, ID: c.Fork.SourceID, At: c.Fork.At, Ref: c.Fork.Ref}
	activate := &Command{Op: OpActivate, Name: c.Name, Ref: c.Fork.Ref}
	steps := []*Command{retain}
	for range rapid.IntRange(1, 2).Draw(t, "steps") {
		steps = append(steps, retain, activate)
	}
	for _, r := range x.apply(t, steps...) {
		agree(t, r.Err, nil)
	}
}

func (x *experiment) delete(t *rapid.T) {
	c := &Command{Op: OpDelete, Name: drawName(t, "name")}
	r := x.apply(t, c)[0]
	s, err := x.model.use(c.Name, c.Now)
	agree(t, r.Err, err)
	if err == nil {
		x.model.retire(s)
	}
}

func (x *experiment) touch(t *rapid.T) {
	c := &Command{Op: OpTouch, Name: drawName(t, "name")}
	r := x.apply(t, c)[0]
	s, err := x.model.use(c.Name, c.Now)
	agree(t, r.Err, err)
	if err == nil {
		s.touched = max(s.touched, c.Now)
	}
}

// expire proposes what is due, as a leader does, and then everything that is
// over must have gone: a deadline that was lost would show here.
func (x *experiment) expire(t *rapid.T) {
	x.now += dueAgain
	due, _ := x.machine.Due(x.now, 100)
	for _, name := range due {
		x.apply(t, &Command{Op: OpExpire, Name: name})
	}
	for _, name := range x.model.names() {
		s := x.model.streams[name]
		if s.over(x.now) && !s.hidden {
			if !slices.Contains(due, name) {
				t.Fatalf("%s is over and was not reported", name)
			}
			x.model.retire(s)
		}
	}
}

func (x *experiment) release(t *rapid.T) {
	releases := x.machine.Releases()
	if len(releases) != len(x.model.owed) {
		t.Fatalf("outbox has %d entries, want %d", len(releases), len(x.model.owed))
	}
	for _, id := range slices.Sorted(maps.Keys(releases)) {
		f := releases[id]
		back := &Command{Op: OpRelease, Name: f.Source, ID: f.SourceID, Ref: f.Ref}
		x.apply(t, back, back, &Command{Op: OpSettle, Outbox: id})
		x.model.giveBack(f.Ref)
	}
}

func (x *experiment) record(t *rapid.T) {
	key := rapid.SampledFrom([]string{"k", "l"}).Draw(t, "key")
	_, version := x.machine.Record(key)
	stale := rapid.Bool().Draw(t, "stale")
	if stale {
		version++
	}
	b := &RecordBatch{Checks: []RecordCheck{{key, version}}, Sets: []RecordSet{{key, drawData(t)}}}
	r := x.apply(t, &Command{Op: OpRecord, Records: b})[0]
	if errors.Is(r.Err, ErrRecordConflict) != stale {
		t.Fatalf("record: %v, stale=%v", r.Err, stale)
	}
}

func agree(t *rapid.T, got, want error) {
	if !errors.Is(got, want) {
		t.Fatalf("got error %v, want %v", got, want)
	}
}
