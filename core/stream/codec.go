package stream

import (
	"encoding/binary"
	"errors"
	"unsafe"
)

// ErrCodec says that bytes are not what this version writes.
var ErrCodec = errors.New("malformed encoding")

// The codec's primitives: unsigned and zig-zag varints, and byte strings with
// a varint length. Formats are described in docs/formats/command.md.

func appendBytes[T ~string | ~[]byte](dst []byte, v T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(v)))
	return append(dst, v...)
}

// decoder reads primitives off a buffer. After the first error it returns zero
// values, so that callers check err once, at the end.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail() {
	d.buf, d.err = nil, ErrCodec
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

// bytes returns a slice of the buffer itself.
func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.buf)) {
		d.fail()
		return nil
	}
	v := d.buf[:n:n]
	d.buf = d.buf[n:]
	return v
}

// string returns a string that shares the buffer, which nobody may modify. The
// machine clones what it keeps, so that a kept name does not pin a log entry.
func (d *decoder) string() string {
	b := d.bytes()
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

func (d *decoder) bool() bool { return d.uvarint() != 0 }

// count reads the length of a list whose items take at least size bytes each,
// so that a damaged length cannot make the caller allocate more than the input.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.buf)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}
