package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A result travels from the leader to the node that forwarded the command
// (docs/formats/forward.md): a version, flags, the error, the numbers, and what
// rarely is there.
const resultVersion = 1

const (
	saysCreated = 1 << iota
	saysDuplicate
	saysClosed
	hasInfo
	hasPending
	hasProducerError
)

// refusals are the errors of results. An error's code is its place: new ones are
// added at the end.
func refusals() []error {
	return []error{
		nil, ErrNotFound, ErrGone, ErrClosed, ErrExists, ErrContentType, ErrSequence, ErrTooManyProducers,
		ErrBeyondTail, ErrFull, ErrPending, ErrForkConflict, ErrRecordConflict, errIncomplete,
		ErrStaleEpoch, ErrSequenceGap, ErrEpochStart, ErrOffset,
	}
}

// codeOther is for errors without a code: their text travels instead.
const codeOther = 255

// AppendResult appends the encoding of r to dst.
func AppendResult(dst []byte, r *Result) []byte {
	var refused *ProducerError
	errors.As(r.Err, &refused)
	flags := bit(r.Created, saysCreated) | bit(r.Duplicate, saysDuplicate) | bit(r.Closed, saysClosed) |
		bit(r.Info != nil, hasInfo) | bit(r.Pending != nil, hasPending) | bit(refused != nil, hasProducerError)
	dst = append(dst, resultVersion, flags)
	dst = appendRefusal(dst, r.Err)
	if refused != nil {
		for _, v := range [...]uint64{refused.Epoch, refused.Expected, refused.Received} {
			dst = binary.AppendUvarint(dst, v)
		}
	}
	dst = binary.AppendUvarint(dst, r.Next)
	dst = appendProducer(dst, r.Producer)
	if r.Info != nil {
		dst = appendInfo(dst, r.Info)
	}
	if r.Pending != nil {
		dst = appendFork(dst, r.Pending)
	}
	return dst
}

func bit(set bool, flag byte) byte {
	if set {
		return flag
	}
	return 0
}

func appendRefusal(dst []byte, err error) []byte {
	if err == nil {
		return append(dst, 0)
	}
	for code, known := range refusals() {
		if code > 0 && errors.Is(err, known) {
			return append(dst, byte(code))
		}
	}
	return appendBytes(append(dst, codeOther), err.Error())
}

// DecodeResult reads one result that fills buf, and keeps nothing of it.
func DecodeResult(buf []byte) (r Result, err error) {
	if len(buf) < 3 || buf[0] != resultVersion {
		return r, fmt.Errorf("result: %w", ErrCodec)
	}
	flags, d := buf[1], decoder{buf: []byte(string(buf[2:]))}
	r.Created, r.Duplicate, r.Closed = flags&saysCreated != 0, flags&saysDuplicate != 0, flags&saysClosed != 0
	r.Err = d.refusal()
	if flags&hasProducerError != 0 {
		r.Err = &ProducerError{Epoch: d.uvarint(), Expected: d.uvarint(), Received: d.uvarint(), Err: r.Err}
	}
	r.Next = d.uvarint()
	r.Producer = d.producer()
	if flags&hasInfo != 0 {
		r.Info = d.info()
	}
	if flags&hasPending != 0 {
		r.Pending = d.fork()
	}
	if d.err != nil || len(d.buf) > 0 {
		return Result{}, fmt.Errorf("result: %w", ErrCodec)
	}
	return r, nil
}

func (d *decoder) refusal() error {
	code := d.byte()
	if code == codeOther {
		return errors.New(d.string())
	}
	if known := refusals(); int(code) < len(known) {
		return known[code]
	}
	d.fail()
	return nil
}

func (d *decoder) byte() byte {
	if len(d.buf) == 0 {
		d.fail()
		return 0
	}
	b := d.buf[0]
	d.buf = d.buf[1:]
	return b
}

func appendInfo(dst []byte, i *Info) []byte {
	dst = appendBytes(dst, i.Name)
	dst = binary.AppendUvarint(dst, i.ID)
	dst = appendBytes(dst, i.ContentType)
	dst = appendBool(appendBool(dst, i.JSON), i.Closed)
	dst = binary.AppendUvarint(dst, i.Base)
	dst = binary.AppendUvarint(dst, i.Tail)
	dst = binary.AppendVarint(dst, i.Created)
	dst = appendLifetime(dst, i.Lifetime)
	if i.Fork == nil {
		return append(dst, 0)
	}
	return appendFork(append(dst, 1), i.Fork)
}

func (d *decoder) info() *Info {
	i := &Info{Name: Name(d.string()), ID: d.uvarint(), ContentType: d.string(), JSON: d.bool(), Closed: d.bool(),
		Base: d.uvarint(), Tail: d.uvarint(), Created: d.varint(), Lifetime: d.lifetime()}
	if d.bool() {
		i.Fork = d.fork()
	}
	return i
}
