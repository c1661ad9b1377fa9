package client

import (
	"encoding/json"
	"fmt"
	"mime"
)

// IsJSON says whether streams of this content type hold JSON messages.
func IsJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "application/json"
}

// Messages splits the data of a batch of a JSON stream into its messages, byte for byte
// as they were stored. They share memory with nothing.
func Messages(data []byte) ([]json.RawMessage, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var messages []json.RawMessage
	if err := json.Unmarshal(data, &messages); err != nil {
		return nil, fmt.Errorf("%w: a batch of a JSON stream is no array: %w", ErrProtocol, err)
	}
	return messages, nil
}
