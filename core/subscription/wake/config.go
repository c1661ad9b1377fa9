package wake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Kind says how a subscription's wakes reach its workers.
type Kind string

// The kinds, as clients spell them.
const (
	Webhook  Kind = "webhook"
	PullWake Kind = "pull-wake"
)

// Bounds of a configuration. Times are milliseconds, sizes bytes.
const (
	DefaultLeaseTTL = 30_000
	MinLeaseTTL     = 1_000
	MaxLeaseTTL     = 600_000

	MaxDescription = 4096
	MaxURL         = 2048
)

// Config is what a client asks of a subscription. Paths are relative to the
// stream root. Only a normalised Config may be hashed or stored.
type Config struct {
	Type        Kind     `json:"type"`
	Pattern     string   `json:"pattern,omitempty"`
	Streams     []string `json:"streams,omitempty"`
	WebhookURL  string   `json:"webhook_url,omitempty"`
	WakeStream  string   `json:"wake_stream,omitempty"`
	LeaseTTL    int64    `json:"lease_ttl_ms"`
	Description string   `json:"description,omitempty"`
}

// Normalise returns the canonical form of c: slashes trimmed from paths,
// streams sorted and unique, the default lease filled in, and what the kind
// does not use dropped. It returns an error that wraps ErrInvalid. Whether the
// webhook's address is allowed is not judged here.
func (c Config) Normalise() (Config, error) {
	c.Pattern = NormalisePath(c.Pattern)
	c.Streams = normaliseStreams(c.Streams)
	c.WakeStream = NormalisePath(c.WakeStream)
	if c.LeaseTTL == 0 {
		c.LeaseTTL = DefaultLeaseTTL
	}
	if c.Type == Webhook {
		c.WakeStream = ""
	} else {
		c.WebhookURL = ""
	}
	return c, c.check()
}

// Hash identifies a normalised configuration: equal configurations, equal
// hashes. It is the SHA-256 of the JSON form, in hexadecimal.
func (c Config) Hash() string {
	encoded, err := json.Marshal(c)
	if err != nil {
		panic("wake: a Config is always encodable: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

func (c Config) check() error {
	for _, rule := range []func() error{c.checkDelivery, c.checkSelection, c.checkBounds} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkDelivery() error {
	switch c.Type {
	case Webhook:
		if c.WebhookURL == "" {
			return fmt.Errorf("%w: webhook subscriptions require webhook.url", ErrInvalid)
		}
		return nil
	case PullWake:
		if c.WakeStream == "" {
			return fmt.Errorf("%w: pull-wake subscriptions require wake_stream", ErrInvalid)
		}
		return CheckPath(c.WakeStream)
	}
	return fmt.Errorf(`%w: type must be "webhook" or "pull-wake"`, ErrInvalid)
}

func (c Config) checkSelection() error {
	if c.Pattern == "" && len(c.Streams) == 0 {
		return fmt.Errorf("%w: at least one of pattern and streams is required", ErrInvalid)
	}
	if c.Pattern != "" {
		if err := checkGlob(c.Pattern); err != nil {
			return err
		}
	}
	return c.CheckStreams(c.Streams)
}

// CheckStreams judges normalised paths that are to be linked explicitly. The
// wake stream is refused: every wake would make work for the next one.
func (c Config) CheckStreams(paths []string) error {
	for _, path := range paths {
		if err := CheckPath(path); err != nil {
			return err
		}
		if path == c.WakeStream {
			return fmt.Errorf("%w: the wake stream cannot be subscribed to", ErrInvalid)
		}
	}
	return nil
}

func (c Config) checkBounds() error {
	switch {
	case c.LeaseTTL < MinLeaseTTL || c.LeaseTTL > MaxLeaseTTL:
		return fmt.Errorf("%w: lease_ttl_ms must be from %d to %d", ErrInvalid, MinLeaseTTL, MaxLeaseTTL)
	case len(c.Description) > MaxDescription:
		return fmt.Errorf("%w: description is longer than %d bytes", ErrInvalid, MaxDescription)
	case len(c.WebhookURL) > MaxURL:
		return fmt.Errorf("%w: webhook.url is longer than %d bytes", ErrInvalid, MaxURL)
	}
	return nil
}

// Selects says whether the pattern covers path. The wake stream and the
// reserved control paths are never covered.
func (c Config) Selects(path string) bool {
	return c.Pattern != "" && path != c.WakeStream && !Reserved(path) && Match(c.Pattern, path)
}

func normaliseStreams(paths []string) []string {
	trimmed := make([]string, 0, len(paths))
	for _, path := range paths {
		trimmed = append(trimmed, NormalisePath(path))
	}
	slices.Sort(trimmed)
	return slices.Compact(trimmed)
}
