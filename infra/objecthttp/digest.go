package objecthttp

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"net/http"
)

// ErrDigest says that a body is not what was sent.
var ErrDigest = errors.New("object was damaged on its way")

// digestHeader is the trailer of RFC 9530 that follows the body it describes.
const digestHeader = "Content-Digest"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func newDigest() hash.Hash32 { return crc32.New(castagnoli) }

// formatDigest is the trailer's value for a body.
func formatDigest(sum uint32) string {
	return "crc32c=:" + base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum)) + ":"
}

// checkDigest compares a body's sum with the trailer, which is complete once the
// body was read to its end. A message without one is refused.
func checkDigest(trailer http.Header, sum uint32) error {
	if trailer.Get(digestHeader) != formatDigest(sum) {
		return ErrDigest
	}
	return nil
}
