package stream

import (
	"strconv"
	"strings"
)

// What clients ask for. Streams and appends have content type text/plain unless
// type= says otherwise.
var clientVerbs = map[string]func(*world, *args){
	// clock AT | +MILLISECONDS | +Ns | +Nd
	"clock": func(w *world, a *args) { w.now = clock(a, w.now) },
	// create NAME [type= data= close ttl= expires=] [fork= id= at= ref= offset= sub= inherits]
	"create": func(w *world, a *args) { w.tell(createCommand(a)) },
	// append NAME [type= data= close seq= producer=ID/EPOCH/SEQ limit=]
	"append": func(w *world, a *args) {
		c := appendCommand(a)
		c.ContentType = a.text("type", "text/plain")
		c.Close = a.flag("close")
		w.tell(c)
	},
	// close NAME [producer=]
	"close": func(w *world, a *args) {
		c := appendCommand(a)
		c.Close = true
		w.tell(c)
	},
	"delete": func(w *world, a *args) { w.tell(Command{Op: OpDelete, Name: a.stream()}) },
	"touch":  func(w *world, a *args) { w.tell(Command{Op: OpTouch, Name: a.stream()}) },
	"expire": func(w *world, a *args) { w.tell(Command{Op: OpExpire, Name: a.stream()}) },
}

func clock(a *args, now int64) int64 {
	s, relative := strings.CutPrefix(a.word(), "+")
	unit := int64(1)
	if rest, ok := strings.CutSuffix(s, "s"); ok {
		s, unit = rest, 1000
	}
	if rest, ok := strings.CutSuffix(s, "d"); ok {
		s, unit = rest, 24*60*60*1000
	}
	n, err := strconv.ParseInt(s, 10, 64)
	a.check(err)
	if relative {
		return now + n*unit
	}
	return n * unit
}

func createCommand(a *args) Command {
	return Command{
		Op:          OpCreate,
		Name:        a.stream(),
		ContentType: a.text("type", "text/plain"),
		Data:        []byte(a.text("data", "")),
		Close:       a.flag("close"),
		Lifetime:    lifetimeOf(a),
		Fork:        forkOf(a),
	}
}

func lifetimeOf(a *args) Lifetime {
	l := Forever()
	if ttl := a.text("ttl", ""); ttl != "" {
		l.TTL = int64(a.parse(ttl))
	}
	l.ExpiresAt = int64(a.number("expires", 0))
	return l
}

func appendCommand(a *args) Command {
	c := Command{
		Op:   OpAppend,
		Name: a.stream(),
		Data: []byte(a.text("data", "")),
		Seq:  a.text("seq", ""),
	}
	c.Limits.Producers = int(a.number("limit", 0))
	if p := a.text("producer", ""); p != "" {
		id, numbers, _ := strings.Cut(p, "/")
		c.Producer.ID = id
		a.scan(numbers, "%d/%d", &c.Producer.Epoch, &c.Producer.Seq)
	}
	return c
}
