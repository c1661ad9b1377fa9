package natsd

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/cespare/xxhash/v2"

	"ursula/core/stream"
)

// Subjects are hashes: a name may hold what NATS gives a meaning to, and may be
// long. Two names that share a subject cost a message that is not needed, for
// the message says whose it is.
const (
	subjectPrefix = "ds.tail."
	subjectBytes  = len(subjectPrefix) + 2*hashBytes
	hashBytes     = 16
	secondSeed    = 0x7572737561 // part of the format
)

// subjectOf returns the subject of a stream's events: 128 bits of hash in hex.
func subjectOf(name stream.Name) string {
	var second xxhash.Digest
	second.ResetWithSeed(secondSeed)
	second.WriteString(string(name))
	var hash [hashBytes]byte
	binary.BigEndian.PutUint64(hash[:8], xxhash.Sum64String(string(name)))
	binary.BigEndian.PutUint64(hash[8:], second.Sum64())
	var subject [subjectBytes]byte
	hex.Encode(subject[copy(subject[:], subjectPrefix):], hash[:])
	return string(subject[:])
}
