package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/hashicorp/raft"
)

const (
	recordHeader = 8
	maxRecord    = 1 << 20 // a configuration of every server there could be
)

func (f *fields) snapshot(r *raft.InstallSnapshotRequest) {
	f.header(&r.RPCHeader)
	version, size := byte(r.SnapshotVersion), uint64(r.Size)
	f.byte(&version)
	f.uint(&r.Term)
	f.uint(&r.LastLogIndex)
	f.uint(&r.LastLogTerm)
	f.bytes(&r.Configuration)
	f.uint(&r.ConfigurationIndex)
	f.uint(&size)
	if int64(size) < 0 {
		f.fail("size")
	}
	if f.reading {
		r.SnapshotVersion, r.Size = raft.SnapshotVersion(version), int64(size)
	}
}

func (f *fields) installed(r *raft.InstallSnapshotResponse) {
	f.header(&r.RPCHeader)
	f.bits(&r.Success)
	f.uint(&r.Term)
}

// WriteRecord writes a length, a checksum and b: what precedes and follows the
// content of a snapshot on a stream of its own.
func WriteRecord(w io.Writer, b []byte) error {
	le := binary.LittleEndian
	record := le.AppendUint32(nil, uint32(len(b)))
	record = le.AppendUint32(record, crc32.Checksum(b, castagnoli()))
	_, err := w.Write(append(record, b...))
	return err
}

// ReadRecord reads what WriteRecord wrote, and nothing behind it.
func ReadRecord(r io.Reader) ([]byte, error) {
	var header [recordHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	n := le.Uint32(header[:])
	if n > maxRecord {
		return nil, fmt.Errorf("%w: record of %d bytes", ErrMalformed, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	if crc32.Checksum(b, castagnoli()) != le.Uint32(header[4:]) {
		return nil, fmt.Errorf("%w: checksum of record", ErrMalformed)
	}
	return b, nil
}
