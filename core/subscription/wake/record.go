package wake

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrRecord says that a record cannot be read: it is damaged, or a newer
// version of the server wrote it.
var ErrRecord = errors.New("unreadable subscription record")

// recordVersion is the version of both record formats, documented in
// docs/formats/subscription.md.
const recordVersion = 1

type subscriptionRecord struct {
	Version int `json:"v"`
	Subscription
}

// Encode returns the subscription as a record.
func (s Subscription) Encode() ([]byte, error) {
	return json.Marshal(subscriptionRecord{recordVersion, s})
}

// DecodeSubscription reads what Encode wrote. Errors wrap ErrRecord.
func DecodeSubscription(record []byte) (Subscription, error) {
	var r subscriptionRecord
	if err := json.Unmarshal(record, &r); err != nil {
		return Subscription{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if r.Version != recordVersion {
		return Subscription{}, fmt.Errorf("%w: version %d", ErrRecord, r.Version)
	}
	return r.Subscription, nil
}

// The layout of a link record. It is binary because a wake reads one for every
// stream that the subscription follows.
const (
	linkVersionAt = 0
	linkFlagsAt   = 1
	linkStreamAt  = 2
	linkAckedAt   = 10
	linkSize      = 18

	flagExplicit = 1 << 0
)

// Encode returns the link as a record. Its path is in the record's key.
func (l Link) Encode() []byte {
	record := make([]byte, linkSize)
	record[linkVersionAt] = recordVersion
	if l.Explicit {
		record[linkFlagsAt] = flagExplicit
	}
	binary.BigEndian.PutUint64(record[linkStreamAt:], l.Stream)
	binary.BigEndian.PutUint64(record[linkAckedAt:], l.Acked)
	return record
}

// DecodeLink reads what Link.Encode wrote. Errors wrap ErrRecord.
func DecodeLink(path string, record []byte) (Link, error) {
	if len(record) != linkSize {
		return Link{}, fmt.Errorf("%w: link of %q has %d bytes", ErrRecord, path, len(record))
	}
	if version := record[linkVersionAt]; version != recordVersion {
		return Link{}, fmt.Errorf("%w: link of %q has version %d", ErrRecord, path, version)
	}
	if flags := record[linkFlagsAt]; flags&^flagExplicit != 0 {
		return Link{}, fmt.Errorf("%w: link of %q has flags %#x", ErrRecord, path, flags)
	}
	return Link{
		Path:     path,
		Explicit: record[linkFlagsAt]&flagExplicit != 0,
		Stream:   binary.BigEndian.Uint64(record[linkStreamAt:]),
		Acked:    binary.BigEndian.Uint64(record[linkAckedAt:]),
	}, nil
}
