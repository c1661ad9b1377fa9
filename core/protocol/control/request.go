package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ursula/core/subscription"
	"ursula/core/subscription/wake"
)

// Limits of a request.
const (
	MaxBody    = 1 << 20 // bytes of a body
	MaxStreams = 1000    // streams named in one request to link them
)

// createRequest is the body of a PUT (PROTOCOL.md 6.2). Members that are not
// listed are ignored.
type createRequest struct {
	Type    string   `json:"type"`
	Pattern string   `json:"pattern"`
	Streams []string `json:"streams"`
	Webhook *struct {
		URL string `json:"url"`
	} `json:"webhook"`
	WakeStream  string `json:"wake_stream"`
	LeaseTTL    *int64 `json:"lease_ttl_ms"`
	Description string `json:"description"`
}

func (c createRequest) config() (wake.Config, error) {
	config := wake.Config{
		Type: wake.Kind(c.Type), Pattern: c.Pattern, Streams: c.Streams,
		WakeStream: c.WakeStream, LeaseTTL: wake.DefaultLeaseTTL, Description: c.Description,
	}
	if c.Webhook != nil {
		config.WebhookURL = c.Webhook.URL
	}
	if c.LeaseTTL != nil {
		config.LeaseTTL = *c.LeaseTTL
		if config.LeaseTTL == 0 { // absent has a default, zero is out of range
			return config, fmt.Errorf("%w: lease_ttl_ms must not be 0", wake.ErrInvalid)
		}
	}
	return config, tooMany(c.Streams)
}

// streamsRequest is the body that names explicit links.
type streamsRequest struct {
	Streams []string `json:"streams"`
}

func (s streamsRequest) check() error {
	if len(s.Streams) == 0 {
		return fmt.Errorf("%w: streams must be a non-empty array of paths", wake.ErrInvalid)
	}
	return tooMany(s.Streams)
}

func tooMany(streams []string) error {
	if len(streams) > MaxStreams {
		return fmt.Errorf("%w: %d, at most %d", errTooMany, len(streams), MaxStreams)
	}
	return nil
}

type claimRequest struct {
	Worker string `json:"worker"`
}

// reportRequest is the body of a callback, an ack or a release.
type reportRequest struct {
	WakeID     string `json:"wake_id"`
	Generation uint64 `json:"generation"`
	Acks       []struct {
		Stream string `json:"stream"`
		Path   string `json:"path"` // accepted for stream, as the reference server does
		Offset string `json:"offset"`
	} `json:"acks"`
	Done bool `json:"done"`
}

func (p reportRequest) report(token string) subscription.Report {
	r := subscription.Report{Token: token, WakeID: p.WakeID, Generation: p.Generation, Done: p.Done}
	for _, ack := range p.Acks {
		path := ack.Stream
		if path == "" {
			path = ack.Path
		}
		r.Acks = append(r.Acks, subscription.Ack{Stream: path, Offset: ack.Offset})
	}
	return r
}

// readReport reads a worker's request: its token, and what it says.
func readReport(w http.ResponseWriter, r *http.Request) (subscription.Report, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return subscription.Report{}, errBearer
	}
	var body reportRequest
	err := readJSON(w, r, &body)
	return body.report(token), err
}

// readJSON reads a body that is one JSON object.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
		return errTooBig
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBody, err)
	}
	if trimmed := strings.TrimLeft(string(raw), " \t\r\n"); !strings.HasPrefix(trimmed, "{") {
		return errBody
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", errBody, err)
	}
	return nil
}
