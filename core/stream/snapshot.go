package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/tidwall/btree"
)

// Snapshot is a machine's replicated state at one moment. It may be written
// while the machine goes on.
type Snapshot struct {
	counters [4]uint64
	streams  *btree.Map[Name, *state]
	outbox   *btree.Map[uint64, *Fork]
	objects  *btree.Map[uint64, object]
	garbage  []uint64
	records  *btree.Map[string, record]
}

// Freeze takes a snapshot. It costs the same however large the state is: trees
// are shared and copied as they change, and states of this generation are
// copied before Apply changes them again.
func (m *Machine) Freeze() *Snapshot {
	m.generation++
	return &Snapshot{
		counters: [4]uint64{m.lastStream, m.lastOutbox, m.lastObject, m.lastVersion},
		streams:  m.streams.Copy(),
		outbox:   m.outbox.Copy(),
		objects:  m.objects.Copy(),
		garbage:  m.garbage,
		records:  m.records.Copy(),
	}
}

const (
	snapshotMagic   = "URSNAP"
	snapshotVersion = 1
	// maxSnapshotItem bounds one item's encoding. Stream data comes in pieces of
	// about hotItemBytes, but never cut inside an append.
	maxSnapshotItem = 256 << 20
)

// Kinds of items in a snapshot.
const (
	itemEnd = iota
	itemCounters
	itemStream
	itemRelease
	itemObject
	itemGarbage
	itemRecord
	itemHot // bytes of the stream before it
)

// WriteTo writes the snapshot (docs/formats/snapshot.md). Integrity of the
// whole is the business of whoever stores it.
func (s *Snapshot) WriteTo(w io.Writer) (int64, error) {
	e := &itemWriter{w: w}
	e.raw(append([]byte(snapshotMagic), snapshotVersion))
	e.item(itemCounters, func(b []byte) []byte { return appendUints(b, s.counters[:]) })
	e.item(itemGarbage, func(b []byte) []byte { return appendUints(b, s.garbage) })
	s.outbox.Scan(func(id uint64, f *Fork) bool {
		return e.item(itemRelease, func(b []byte) []byte { return appendFork(binary.AppendUvarint(b, id), f) })
	})
	s.objects.Scan(func(id uint64, o object) bool {
		return e.item(itemObject, func(b []byte) []byte { return o.append(binary.AppendUvarint(b, id)) })
	})
	s.records.Scan(func(key string, r record) bool {
		return e.item(itemRecord, func(b []byte) []byte {
			return appendBytes(binary.AppendUvarint(appendBytes(b, key), r.version), r.value)
		})
	})
	s.streams.Scan(func(_ Name, st *state) bool {
		e.item(itemStream, st.append)
		st.eachHot(func(encode func([]byte) []byte) bool { return e.item(itemHot, encode) })
		return e.err == nil
	})
	e.item(itemEnd, func(b []byte) []byte { return b })
	return e.written, e.err
}

// ReadSnapshot returns the machine whose snapshot r holds.
func ReadSnapshot(r io.Reader) (*Machine, error) {
	header := make([]byte, len(snapshotMagic)+1)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("snapshot header: %w", err)
	}
	if !bytes.Equal(header[:len(snapshotMagic)], []byte(snapshotMagic)) || header[len(snapshotMagic)] != snapshotVersion {
		return nil, fmt.Errorf("snapshot header: %w", ErrCodec)
	}
	m := NewMachine()
	in := restorer{m: m}
	for {
		kind, body, err := readItem(r)
		if err != nil {
			return nil, fmt.Errorf("snapshot item: %w", err)
		}
		d := decoder{buf: body}
		in.item(kind, &d)
		if d.err != nil || len(d.buf) > 0 {
			return nil, fmt.Errorf("snapshot item of kind %d: %w", kind, ErrCodec)
		}
		if kind == itemEnd {
			break
		}
	}
	m.local.rebuild(m)
	return m, nil
}

// restorer fills a machine from a snapshot's items.
type restorer struct {
	m    *Machine
	last *state // the stream that hot items belong to
}

func (in *restorer) item(kind byte, d *decoder) {
	if kind != itemHot {
		if in.last != nil && in.last.hot.End() != in.last.tail {
			d.fail()
			return
		}
		in.last = nil
	}
	switch kind {
	case itemEnd:
	case itemHot:
		if in.last == nil {
			d.fail()
			return
		}
		in.last.decodeHot(d)
	case itemStream:
		in.stream(d)
	default:
		in.m.restore(kind, d)
	}
}

func (in *restorer) stream(d *decoder) {
	s := in.m.decodeState(d)
	if d.err != nil {
		return
	}
	in.last = s
	in.m.streams.Set(s.name, s)
	if s.pending {
		in.m.pending.Set(s.name, struct{}{})
	}
}

func (m *Machine) restore(kind byte, d *decoder) {
	switch kind {
	case itemCounters:
		if c := d.uints(); len(c) == 4 {
			m.lastStream, m.lastOutbox, m.lastObject, m.lastVersion = c[0], c[1], c[2], c[3]
			return
		}
		d.fail()
	case itemGarbage:
		m.garbage = d.uints()
	case itemRelease:
		m.outbox.Set(d.uvarint(), d.fork().clone())
	case itemObject:
		m.objects.Set(d.uvarint(), d.object())
	case itemRecord:
		key, version := string(d.bytes()), d.uvarint()
		m.records.Set(key, record{version: version, value: bytes.Clone(d.bytes())})
	default:
		d.fail()
	}
}
