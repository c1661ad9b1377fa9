package stream

// Span is a part of a read plan. Exactly one of its three forms is set: Hot
// bytes, a Cold place, or an Inherited range of another stream.
type Span struct {
	From uint64
	To   uint64

	Hot       [][]byte // shares the stream's memory; never changes
	Cold      *Cold
	Inherited *Fork // read [From, To) of Inherited.Source, incarnation SourceID
}

// Cold is where a span lies in the cold store.
type Cold struct {
	Object uint64
	Offset uint64 // of the span's first byte in the object
}

// Plan says where the bytes [From, To) of a stream lie, in order and without
// gaps. Making one moves no bytes and waits for nothing.
type Plan struct {
	Info  Info
	From  uint64
	To    uint64
	Spans []Span
}

// AtTail says that the plan reaches everything that the stream has.
func (p *Plan) AtTail() bool { return p.To == p.Info.Tail }
