package control

import (
	"encoding/json"
	"net/http"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
	"ursula/core/subscription/wake"
)

// subscriptionDocument is a subscription as clients read it (PROTOCOL.md 6.3).
type subscriptionDocument struct {
	ID             string           `json:"id"`
	SubscriptionID string           `json:"subscription_id"`
	Type           wake.Kind        `json:"type"`
	Pattern        *string          `json:"pattern"`
	Streams        []linkDocument   `json:"streams"`
	Webhook        *webhookDocument `json:"webhook,omitempty"`
	WakeStream     *string          `json:"wake_stream"`
	LeaseTTL       int64            `json:"lease_ttl_ms"`
	CreatedAt      string           `json:"created_at"`
	Status         string           `json:"status"`
	Description    *string          `json:"description,omitempty"`
}

type linkDocument struct {
	Path  string `json:"path"`
	Type  string `json:"link_type"`
	Acked string `json:"acked_offset"`
}

type webhookDocument struct {
	URL     string          `json:"url"`
	Signing signingDocument `json:"signing"`
}

type signingDocument struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	KeysURL   string `json:"jwks_url"`
}

func document(d subscription.Description, base string) subscriptionDocument {
	doc := subscriptionDocument{
		ID: d.ID, SubscriptionID: d.ID, Type: d.Config.Type,
		Pattern: optional(d.Config.Pattern), WakeStream: optional(d.Config.WakeStream),
		Streams: linkDocuments(d.Streams), LeaseTTL: d.Config.LeaseTTL,
		CreatedAt: time.UnixMilli(d.Created).UTC().Format("2006-01-02T15:04:05.000Z"),
		Status:    "active", Description: optional(d.Config.Description),
	}
	if d.Failing() {
		doc.Status = "failed"
	}
	if d.Config.Type == wake.Webhook {
		doc.Webhook = &webhookDocument{
			URL:     d.Config.WebhookURL,
			Signing: signingDocument{"ed25519", d.KeyID, base + "/jwks.json"},
		}
	}
	return doc
}

func linkDocuments(links []wake.Link) []linkDocument {
	docs := make([]linkDocument, 0, len(links))
	for _, link := range links {
		docs = append(docs, linkDocument{link.Path, link.Type(), stream.FormatOffset(link.Acked)})
	}
	return docs
}

// optional is nil, JSON's null, for what was not given.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// writeJSON answers with a document. Headers that were set before are kept.
func writeJSON(w http.ResponseWriter, status int, document any) {
	setDefault(w.Header(), "Content-Type", "application/json")
	setDefault(w.Header(), "Cache-Control", "no-store")
	setDefault(w.Header(), "X-Content-Type-Options", "nosniff")
	setDefault(w.Header(), "Cross-Origin-Resource-Policy", "cross-origin")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document) // a failed write is the connection's
}

func noContent(w http.ResponseWriter, err error) error {
	if err == nil {
		setDefault(w.Header(), "Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func setDefault(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}
