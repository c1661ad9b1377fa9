package stream

import (
	"errors"
	"fmt"
)

// Offset tokens look like "0000000000000000_0000000000000042": sixteen digits
// that are zero today, an underscore, and the byte position. Equal lengths make
// them sort as text the way positions sort as numbers (PROTOCOL.md section 8).
const (
	offsetDigits = 16
	tokenLength  = 2*offsetDigits + 1
	epochPart    = "0000000000000000_"
)

// MaxOffset is the largest position that a token can carry; a stream never
// grows beyond it.
const MaxOffset = 9_999_999_999_999_999

// ErrOffset says that a token is not one that this server ever issued.
var ErrOffset = errors.New("malformed offset")

// FormatOffset returns the token of a byte position.
func FormatOffset(position uint64) string {
	return string(AppendOffset(make([]byte, 0, tokenLength), position))
}

// AppendOffset appends the token of a byte position to dst.
func AppendOffset(dst []byte, position uint64) []byte {
	var digits [offsetDigits]byte
	for i := offsetDigits - 1; i >= 0; i-- {
		digits[i] = byte('0' + position%10)
		position /= 10
	}
	dst = append(dst, epochPart...)
	return append(dst, digits[:]...)
}

// ParseOffset returns the byte position of a token, or an error that wraps
// ErrOffset. The sentinels "-1" and "now" are not tokens.
func ParseOffset(token string) (uint64, error) {
	if len(token) != tokenLength || token[:len(epochPart)] != epochPart {
		return 0, fmt.Errorf("%w: %.40q", ErrOffset, token)
	}
	var position uint64
	for _, c := range []byte(token[len(epochPart):]) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%w: %.40q", ErrOffset, token)
		}
		position = position*10 + uint64(c-'0')
	}
	return position, nil
}
