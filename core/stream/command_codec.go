package stream

import (
	"encoding/binary"
	"fmt"
)

// A command is encoded as its op and, for each field that is not zero, the
// field's tag and value. Tags are never reused; a reader refuses a tag that it
// does not know, because skipping a part of a command would let replicas differ.
const (
	tagEnd         = 0
	tagNow         = 1
	tagName        = 2
	tagContentType = 3
	tagData        = 4
	tagClose       = 5
	tagSeq         = 6
	tagProducer    = 7
	tagLimits      = 8
	tagLifetime    = 9
	tagFork        = 10
	tagRef         = 11
	tagID          = 12
	tagAt          = 13
	tagOutbox      = 14
	tagFlush       = 15
	tagObjects     = 16
	tagRecords     = 17
)

// AppendCommand appends the encoding of c to dst.
func AppendCommand(dst []byte, c *Command) []byte {
	dst = append(dst, byte(c.Op))
	dst = appendTagged(dst, tagName, string(c.Name))
	if c.Now != 0 {
		dst = binary.AppendVarint(append(dst, tagNow), c.Now)
	}
	dst = appendTagged(dst, tagContentType, c.ContentType)
	dst = appendTagged(dst, tagData, c.Data)
	if c.Close {
		dst = append(dst, tagClose)
	}
	dst = appendTagged(dst, tagSeq, c.Seq)
	if c.Producer.ID != "" {
		dst = appendProducer(append(dst, tagProducer), c.Producer)
	}
	if c.Limits.Producers > 0 {
		dst = binary.AppendUvarint(append(dst, tagLimits), uint64(c.Limits.Producers))
	}
	if c.Op == OpCreate {
		dst = appendLifetime(append(dst, tagLifetime), c.Lifetime)
	}
	return append(appendRare(dst, c), tagEnd)
}

// appendRare encodes the fields that appends do not have.
func appendRare(dst []byte, c *Command) []byte {
	if c.Fork != nil {
		dst = appendFork(append(dst, tagFork), c.Fork)
	}
	dst = appendTagged(dst, tagRef, c.Ref)
	dst = appendTaggedUint(dst, tagID, c.ID)
	dst = appendTaggedUint(dst, tagAt, c.At)
	dst = appendTaggedUint(dst, tagOutbox, c.Outbox)
	if c.Flush != nil {
		dst = appendFlush(append(dst, tagFlush), c.Flush)
	}
	if len(c.Objects) > 0 {
		dst = appendUints(append(dst, tagObjects), c.Objects)
	}
	if c.Records != nil {
		dst = appendRecords(append(dst, tagRecords), c.Records)
	}
	return dst
}

// DecodeCommand reads one command that fills buf. Its strings and data share
// buf, which must not be modified afterwards.
func DecodeCommand(buf []byte) (Command, error) {
	if len(buf) == 0 {
		return Command{}, fmt.Errorf("command: %w", ErrCodec)
	}
	c := Command{Op: Op(buf[0])}
	d := decoder{buf: buf[1:]}
	for {
		tag := d.uvarint()
		if tag == tagEnd || d.err != nil {
			break
		}
		c.decodeField(tag, &d)
	}
	if d.err != nil || len(d.buf) > 0 {
		return Command{}, fmt.Errorf("command: %w", ErrCodec)
	}
	return c, nil
}

func (c *Command) decodeField(tag uint64, d *decoder) {
	switch tag {
	case tagNow:
		c.Now = d.varint()
	case tagName:
		c.Name = Name(d.string())
	case tagContentType:
		c.ContentType = d.string()
	case tagData:
		c.Data = d.bytes()
	case tagClose:
		c.Close = true
	case tagSeq:
		c.Seq = d.string()
	case tagProducer:
		c.Producer = d.producer()
	case tagLimits:
		c.Limits.Producers = int(d.uvarint() & (1<<31 - 1))
	case tagLifetime:
		c.Lifetime = d.lifetime()
	default:
		c.decodeRare(tag, d)
	}
}

func (c *Command) decodeRare(tag uint64, d *decoder) {
	switch tag {
	case tagFork:
		c.Fork = d.fork()
	case tagRef:
		c.Ref = d.string()
	case tagID:
		c.ID = d.uvarint()
	case tagAt:
		c.At = d.uvarint()
	case tagOutbox:
		c.Outbox = d.uvarint()
	case tagFlush:
		c.Flush = d.flush()
	case tagObjects:
		c.Objects = d.uints()
	case tagRecords:
		c.Records = d.records()
	default:
		d.fail()
	}
}

func appendTagged[T ~string | ~[]byte](dst []byte, tag byte, v T) []byte {
	if len(v) == 0 {
		return dst
	}
	return appendBytes(append(dst, tag), v)
}

func appendTaggedUint(dst []byte, tag byte, v uint64) []byte {
	if v == 0 {
		return dst
	}
	return binary.AppendUvarint(append(dst, tag), v)
}
