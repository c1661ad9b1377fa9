package stream

import "encoding/binary"

// The encodings of a command's parts, each beside its decoding.

func appendProducer(dst []byte, p Producer) []byte {
	dst = appendBytes(dst, p.ID)
	dst = binary.AppendUvarint(dst, p.Epoch)
	return binary.AppendUvarint(dst, p.Seq)
}

func (d *decoder) producer() Producer {
	return Producer{ID: d.string(), Epoch: d.uvarint(), Seq: d.uvarint()}
}

func appendLifetime(dst []byte, l Lifetime) []byte {
	dst = binary.AppendVarint(dst, l.TTL)
	return binary.AppendVarint(dst, l.ExpiresAt)
}

func (d *decoder) lifetime() Lifetime {
	return Lifetime{TTL: d.varint(), ExpiresAt: d.varint()}
}

func appendFork(dst []byte, f *Fork) []byte {
	dst = appendBytes(dst, f.Source)
	dst = binary.AppendUvarint(dst, f.SourceID)
	dst = binary.AppendUvarint(dst, f.At)
	dst = binary.AppendUvarint(dst, f.Requested)
	dst = binary.AppendUvarint(dst, f.Sub)
	dst = appendBool(dst, f.Inherits)
	return appendBytes(dst, f.Ref)
}

func (d *decoder) fork() *Fork {
	return &Fork{
		Source: Name(d.string()), SourceID: d.uvarint(), At: d.uvarint(),
		Requested: d.uvarint(), Sub: d.uvarint(), Inherits: d.bool(), Ref: d.string(),
	}
}

func appendFlush(dst []byte, f *Flush) []byte {
	dst = binary.AppendUvarint(dst, f.Object)
	dst = binary.AppendVarint(dst, f.Size)
	dst = binary.AppendUvarint(dst, uint64(len(f.Ranges)))
	for i := range f.Ranges {
		r := &f.Ranges[i]
		dst = appendBytes(dst, r.Name)
		for _, v := range [...]uint64{r.ID, r.From, r.To, r.Offset} {
			dst = binary.AppendUvarint(dst, v)
		}
	}
	return dst
}

func (d *decoder) flush() *Flush {
	f := &Flush{Object: d.uvarint(), Size: d.varint()}
	f.Ranges = make([]FlushedRange, d.count(5))
	for i := range f.Ranges {
		f.Ranges[i] = FlushedRange{
			Name: Name(d.string()), ID: d.uvarint(), From: d.uvarint(), To: d.uvarint(), Offset: d.uvarint(),
		}
	}
	return f
}

func appendUints(dst []byte, vs []uint64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(vs)))
	for _, v := range vs {
		dst = binary.AppendUvarint(dst, v)
	}
	return dst
}

func (d *decoder) uints() []uint64 {
	vs := make([]uint64, d.count(1))
	for i := range vs {
		vs[i] = d.uvarint()
	}
	return vs
}

func appendRecords(dst []byte, b *RecordBatch) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b.Checks)))
	for _, check := range b.Checks {
		dst = binary.AppendUvarint(appendBytes(dst, check.Key), check.Version)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.Sets)))
	for _, set := range b.Sets {
		dst = appendBool(appendBytes(dst, set.Key), set.Value != nil)
		dst = appendBytes(dst, set.Value)
	}
	return dst
}

func (d *decoder) records() *RecordBatch {
	b := &RecordBatch{Checks: make([]RecordCheck, d.count(2))}
	for i := range b.Checks {
		b.Checks[i] = RecordCheck{Key: d.string(), Version: d.uvarint()}
	}
	b.Sets = make([]RecordSet, d.count(3))
	for i := range b.Sets {
		b.Sets[i].Key = d.string()
		present := d.bool()
		if value := d.bytes(); present {
			b.Sets[i].Value = value
		}
	}
	return b
}
