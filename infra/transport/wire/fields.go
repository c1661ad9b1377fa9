package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// fields walks the fields of a message, one method call each. Writing, it
// appends them to b; reading, it takes them from the front of b and sets them.
// After the first error it does nothing.
type fields struct {
	b       []byte
	from    []byte // node id of whoever writes, known to both sides
	reading bool
	keep    bool // b stays as it is: what is read may be a part of it
	err     error
}

func (f *fields) fail(what string) {
	if f.err == nil {
		f.err = fmt.Errorf("%w: %s", ErrMalformed, what)
	}
	f.b = nil
}

func (f *fields) uint(v *uint64) {
	if !f.reading {
		f.b = binary.AppendUvarint(f.b, *v)
		return
	}
	n, size := binary.Uvarint(f.b)
	if size <= 0 {
		f.fail("number")
		return
	}
	*v, f.b = n, f.b[size:]
}

func (f *fields) byte(v *byte) {
	switch {
	case !f.reading:
		f.b = append(f.b, *v)
	case len(f.b) == 0:
		f.fail("byte")
	default:
		*v, f.b = f.b[0], f.b[1:]
	}
}

// bytes sets v to nil when it reads that there are none.
func (f *fields) bytes(v *[]byte) {
	n := uint64(len(*v))
	f.uint(&n)
	if !f.reading {
		f.b = append(f.b, *v...)
		return
	}
	if n > uint64(len(f.b)) {
		f.fail("length")
		return
	}
	*v = nil
	if n > 0 {
		*v, f.b = f.b[:n:n], f.b[n:]
	}
	if !f.keep {
		*v = bytes.Clone(*v)
	}
}

func (f *fields) string(v *string) {
	b := []byte(*v)
	f.bytes(&b)
	if f.reading {
		*v = string(b)
	}
}

// bits packs up to eight conditions into a byte. Writing, it leaves them alone:
// Raft sends one request to several peers at once.
func (f *fields) bits(conditions ...*bool) {
	var v byte
	for i, c := range conditions {
		if !f.reading && *c {
			v |= 1 << i
		}
	}
	f.byte(&v)
	for i, c := range conditions {
		if f.reading {
			*c = v&(1<<i) != 0
		}
	}
}

// count walks the length of a list whose elements take at least size bytes each,
// so that a list that is said to be longer than what arrived is refused before
// memory is taken for it.
func (f *fields) count(n, size int) int {
	v := uint64(n)
	f.uint(&v)
	if f.reading && v > uint64(len(f.b)/size) {
		f.fail("count")
		return 0
	}
	return int(v)
}
