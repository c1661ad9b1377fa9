package member

import (
	"encoding/json"
	"fmt"
)

// RecordKey names the record that holds the roster, in group 0.
const RecordKey = "cluster/members"

// format is the version of the JSON forms of this package.
const format = 1

// MaxEncoded is the size in bytes of the largest encoded value of this package.
const MaxEncoded = 64 << 10

// Encode returns the roster as JSON (docs/formats/control.md).
func (r Roster) Encode() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return encode(struct {
		Format int `json:"format"`
		Roster
	}{format, r})
}

// DecodeRoster reads what Encode wrote. It refuses later formats and what is not
// a valid roster.
func DecodeRoster(data []byte) (Roster, error) {
	var r Roster
	if err := decode("roster", data, &r); err != nil {
		return Roster{}, err
	}
	return r, r.validate()
}

func encode(value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err == nil && len(data) > MaxEncoded {
		err = refuse(ErrInvalid, "%d bytes are more than %d", len(data), MaxEncoded)
	}
	return data, err
}

func decode(what string, data []byte, into any) error {
	var head struct{ Format int }
	if len(data) > MaxEncoded {
		return refuse(ErrInvalid, "%s: %d bytes are more than %d", what, len(data), MaxEncoded)
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if head.Format != format {
		return refuse(ErrInvalid, "%s has format %d, and this program reads %d", what, head.Format, format)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
