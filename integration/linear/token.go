package linear

import (
	"bytes"
	"errors"
	"fmt"
)

// Token names one append over all streams: the client that sent it and the number
// that the client gave it. A client's numbers rise; a repeated attempt keeps its
// token.
type Token struct{ Client, Seq int }

func (t Token) String() string { return fmt.Sprintf("%d.%d", t.Client, t.Seq) }

// MarshalText is the form of a token in a history's file.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Token) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d.%d", &t.Client, &t.Seq)
	return err
}

// headLength is the length of "cccc.ssssssss.zzzzz|".
const headLength = 20

// MinSize and MaxSize bound the bytes of one append.
const (
	MinSize = headLength + 1
	MaxSize = 99_999
)

// ErrTorn says that content is not a sequence of whole appends.
var ErrTorn = errors.New("an append is not whole")

// Payload makes the bytes of an append, which state its token and size and are
// filled by a pattern of both, so that any cut or mixture shows.
func Payload(token Token, size int) []byte {
	size = min(max(size, MinSize), MaxSize)
	data := fmt.Appendf(make([]byte, 0, size), "%04d.%08d.%05d|", token.Client, token.Seq, size)
	for i := len(data); i < size-1; i++ {
		data = append(data, 'a'+byte((token.Client*5+token.Seq*3+i)%26))
	}
	return append(data, '\n')
}

// placed is an append within content and the byte position after it.
type placed struct {
	token Token
	end   int64
}

// Parse splits content into the tokens of the appends that it is made of. With
// ErrTorn it returns those before the damage.
func Parse(content []byte) ([]Token, error) {
	places, err := locate(content)
	tokens := make([]Token, len(places))
	for i, p := range places {
		tokens[i] = p.token
	}
	return tokens, err
}

func locate(content []byte) ([]placed, error) {
	var places []placed
	for at := 0; at < len(content); {
		token, size, err := first(content[at:])
		if err != nil {
			return places, fmt.Errorf("at byte %d, after %d appends: %w", at, len(places), err)
		}
		at += size
		places = append(places, placed{token, int64(at)})
	}
	return places, nil
}

func first(content []byte) (Token, int, error) {
	var token Token
	var size int
	if len(content) < headLength {
		return token, 0, ErrTorn
	}
	head := string(content[:headLength])
	if _, err := fmt.Sscanf(head, "%04d.%08d.%05d|", &token.Client, &token.Seq, &size); err != nil {
		return token, 0, ErrTorn
	}
	if size > len(content) || !bytes.Equal(content[:size], Payload(token, size)) {
		return token, 0, ErrTorn
	}
	return token, size, nil
}
