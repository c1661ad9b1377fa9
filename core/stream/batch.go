package stream

import (
	"encoding/binary"
	"fmt"
)

// A batch is what one log entry of a group holds: a version byte, then each
// command with its length in front (docs/formats/command.md).
const batchVersion = 1

// BeginBatch starts the encoding of a batch in dst, which it empties.
func BeginBatch(dst []byte) []byte { return append(dst[:0], batchVersion) }

// AppendToBatch adds a command to a batch.
func AppendToBatch(dst []byte, c *Command) []byte {
	// The length goes in front of a body whose size is known only afterwards.
	// Four bytes in fixed form keep the body where it was written.
	at := len(dst)
	dst = AppendCommand(append(dst, 0, 0, 0, 0), c)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// CommandsIn returns how many commands a batch seems to hold, without decoding
// them. It is for sizing: only EachInBatch finds damage.
func CommandsIn(entry []byte) (n int) {
	for rest := entry[min(1, len(entry)):]; len(rest) >= 4; n++ {
		size := uint64(binary.LittleEndian.Uint32(rest)) + 4
		rest = rest[min(size, uint64(len(rest))):]
	}
	return n
}

// EachInBatch decodes a batch and calls fn with its commands in order. A command
// is valid until fn returns; its strings and data share entry, which must not be
// modified before.
func EachInBatch(entry []byte, fn func(*Command)) error {
	if len(entry) == 0 || entry[0] != batchVersion {
		return fmt.Errorf("batch version: %w", ErrCodec)
	}
	var c Command // one for all of them: a batch costs one allocation
	for rest := entry[1:]; len(rest) > 0; {
		if len(rest) < 4 {
			return fmt.Errorf("batch: %w", ErrCodec)
		}
		n := uint64(binary.LittleEndian.Uint32(rest))
		if n > uint64(len(rest)-4) {
			return fmt.Errorf("batch: %w", ErrCodec)
		}
		var err error
		if c, err = DecodeCommand(rest[4 : 4+n]); err != nil {
			return err
		}
		fn(&c)
		rest = rest[4+n:]
	}
	return nil
}
