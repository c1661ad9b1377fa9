package record

import (
	"bytes"
	"errors"
	"fmt"
)

// ID names one append: the writer and the number that the writer gave it.
// Writers are numbered over all streams; a writer's numbers rise.
type ID struct{ Writer, Seq int }

func (id ID) String() string { return fmt.Sprintf("w%d/%d", id.Writer, id.Seq) }

// headerSize is the length of "wwwww.sssssss.zzzzzz|".
const headerSize = 21

// MinPayload and MaxPayload bound the size of an append in bytes.
const (
	MinPayload = headerSize + 1
	MaxPayload = 999_999
)

var errTorn = errors.New("an append is not whole")

// Payload makes the bytes of an append. They state the append's ID and size, and
// are filled by a pattern of both, so that any mixture or cut shows.
func Payload(id ID, size int) []byte {
	size = min(max(size, MinPayload), MaxPayload)
	data := fmt.Appendf(make([]byte, 0, size), "%05d.%07d.%06d|", id.Writer, id.Seq, size)
	for i := len(data); i < size-1; i++ {
		data = append(data, 'a'+byte((id.Writer*7+id.Seq*3+i)%26))
	}
	return append(data, '\n')
}

// parse splits content into the appends that it is made of.
func parse(content []byte) ([]ID, error) {
	var ids []ID
	for at := 0; at < len(content); {
		id, size, err := first(content[at:])
		if err != nil {
			return ids, fmt.Errorf("at byte %d, after %d appends: %w", at, len(ids), err)
		}
		ids, at = append(ids, id), at+size
	}
	return ids, nil
}

func first(content []byte) (ID, int, error) {
	var id ID
	var size int
	if len(content) < headerSize {
		return id, 0, errTorn
	}
	if _, err := fmt.Sscanf(string(content[:headerSize]), "%05d.%07d.%06d|", &id.Writer, &id.Seq, &size); err != nil {
		return id, 0, errTorn
	}
	if len(content) < size || !bytes.Equal(content[:size], Payload(id, size)) {
		return id, 0, errTorn
	}
	return id, size, nil
}
