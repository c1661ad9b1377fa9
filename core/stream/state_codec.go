package stream

import (
	"encoding/binary"
	"strings"
)

// Flags of an encoded state.
const (
	flagClosed = 1 << iota
	flagDeleted
	flagPending
	flagFork
)

func (s *state) flags() (f uint64) {
	f = flagIf(s.closed, flagClosed) | flagIf(s.deleted, flagDeleted)
	return f | flagIf(s.pending, flagPending) | flagIf(s.fork != nil, flagFork)
}

func flagIf(set bool, flag uint64) uint64 {
	if set {
		return flag
	}
	return 0
}

// append encodes what describes a stream; its bytes follow in items of their
// own.
func (s *state) append(dst []byte) []byte {
	dst = appendBytes(dst, s.name)
	dst = binary.AppendUvarint(dst, s.id)
	dst = appendBytes(dst, s.contentType)
	dst = binary.AppendUvarint(dst, s.flags())
	dst = binary.AppendUvarint(dst, s.base)
	dst = binary.AppendUvarint(dst, s.tail)
	dst = binary.AppendVarint(dst, s.created)
	dst = binary.AppendVarint(dst, s.touched)
	dst = appendLifetime(dst, s.lifetime)
	dst = appendBytes(dst, s.seq)
	if s.fork != nil {
		dst = appendFork(dst, s.fork)
	}
	return s.appendLists(dst)
}

func (s *state) appendLists(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.producers)))
	for i := range s.producers {
		p := &s.producers[i]
		dst = appendProducer(dst, p.tuple())
		dst = binary.AppendVarint(binary.AppendUvarint(dst, p.next), p.used)
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.refs)))
	for _, ref := range s.refs {
		dst = appendBytes(dst, ref)
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.cold)))
	for _, r := range s.cold {
		dst = binary.AppendUvarint(dst, r.to)
		dst = binary.AppendUvarint(dst, r.object)
		dst = binary.AppendUvarint(dst, r.offset)
	}
	return dst
}

// hotItemBytes is about how many bytes of stream data one item carries.
const hotItemBytes = 1 << 20

// eachHot calls fn with the encodings of the bytes that only the ring holds,
// piece by piece, cut where appends ended.
func (s *state) eachHot(fn func(encode func([]byte) []byte) bool) {
	ends := s.hot.Ends(nil, s.flushed(), s.tail)
	for from := s.flushed(); len(ends) > 0; {
		n := 1
		for n < len(ends) && ends[n]-from <= hotItemBytes {
			n++
		}
		if !fn(func(b []byte) []byte { return s.appendHot(b, from, ends[:n]) }) {
			return
		}
		from, ends = ends[n-1], ends[n:]
	}
}

func (s *state) appendHot(dst []byte, from uint64, ends []uint64) []byte {
	for _, end := range ends {
		dst = binary.AppendUvarint(dst, end-from)
		for _, part := range s.hot.Slice(nil, from, end) {
			dst = append(dst, part...)
		}
		from = end
	}
	return dst
}

func (m *Machine) decodeState(d *decoder) *state {
	s := &state{generation: m.generation, name: Name(string(d.bytes())), id: d.uvarint()}
	s.contentType = m.local.intern(d.string())
	s.json = IsJSON(s.contentType)
	flags := d.uvarint()
	s.closed = flags&flagClosed != 0
	s.deleted = flags&flagDeleted != 0
	s.pending = flags&flagPending != 0
	s.base, s.tail = d.uvarint(), d.uvarint()
	s.created, s.touched = d.varint(), d.varint()
	s.lifetime = d.lifetime()
	s.seq = string(d.bytes())
	if flags&flagFork != 0 {
		s.fork = d.fork().clone()
	}
	s.decodeLists(d)
	if !s.sound() {
		d.fail()
	}
	s.hot.Reset(s.flushed())
	return s
}

// sound checks what the rules take for granted. Snapshots come with a checksum
// of their keeper's, so this is for mistakes, not for damage.
func (s *state) sound() bool {
	at := s.base
	for _, r := range s.cold {
		if r.to <= at {
			return false
		}
		at = r.to
	}
	return at <= s.tail && s.tail <= MaxOffset && (s.fork != nil || !s.pending)
}

func (s *state) decodeLists(d *decoder) {
	if n := d.count(5); n > 0 {
		s.producers = make([]producer, n)
	}
	for i := range s.producers {
		p := d.producer()
		s.producers[i] = producer{id: strings.Clone(p.ID), epoch: p.Epoch, seq: p.Seq, next: d.uvarint(), used: d.varint()}
	}
	for range d.count(1) {
		s.refs = append(s.refs, string(d.bytes()))
	}
	for range d.count(3) {
		s.cold = append(s.cold, coldRange{to: d.uvarint(), object: d.uvarint(), offset: d.uvarint()})
	}
}

func (s *state) decodeHot(d *decoder) {
	for len(d.buf) > 0 {
		record := d.bytes()
		if len(record) == 0 {
			d.fail()
			return
		}
		s.hot.Append(record)
	}
	if s.hot.End() > s.tail {
		d.fail()
	}
}

func (o object) append(dst []byte) []byte {
	return binary.AppendVarint(binary.AppendUvarint(dst, uint64(o.ranges)), o.size)
}

func (d *decoder) object() object {
	return object{ranges: int(d.uvarint()), size: d.varint()}
}
