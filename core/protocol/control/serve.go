package control

import (
	"net/http"
)

// create serves PUT subscriptions/{id}.
func (h *handler) create(w http.ResponseWriter, r *http.Request) error {
	var body createRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	config, err := body.config()
	if err != nil {
		return err
	}
	base := h.base(r)
	d, created, err := h.subscriptions.Create(r.Context(), r.PathValue("id"), base, config)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
		w.Header().Set("Location", base+"/subscriptions/"+r.PathValue("id"))
	}
	writeJSON(w, status, document(d, base))
	return nil
}

// describe serves GET subscriptions/{id}.
func (h *handler) describe(w http.ResponseWriter, r *http.Request) error {
	d, err := h.subscriptions.Describe(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, document(d, h.base(r)))
	return nil
}

// remove serves DELETE subscriptions/{id}.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	return noContent(w, h.subscriptions.Delete(r.Context(), r.PathValue("id")))
}

// addStreams serves POST subscriptions/{id}/streams.
func (h *handler) addStreams(w http.ResponseWriter, r *http.Request) error {
	var body streamsRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	return noContent(w, h.subscriptions.AddStreams(r.Context(), r.PathValue("id"), body.Streams))
}

// removeStream serves DELETE subscriptions/{id}/streams/{path}. The path is
// percent-decoded once, by the router; its slashes may be written either way.
func (h *handler) removeStream(w http.ResponseWriter, r *http.Request) error {
	return noContent(w, h.subscriptions.RemoveStream(r.Context(), r.PathValue("id"), r.PathValue("path")))
}

// claim serves POST subscriptions/{id}/claim.
func (h *handler) claim(w http.ResponseWriter, r *http.Request) error {
	var body claimRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	claim, err := h.subscriptions.Claim(r.Context(), r.PathValue("id"), body.Worker)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, claim)
	return nil
}

// progress is the answer to a callback or an ack.
type progress struct {
	OK       bool `json:"ok"`
	NextWake bool `json:"next_wake"`
}

// ack serves POST subscriptions/{id}/ack.
func (h *handler) ack(w http.ResponseWriter, r *http.Request) error {
	report, err := readReport(w, r)
	if err != nil {
		return err
	}
	next, err := h.subscriptions.Ack(r.Context(), r.PathValue("id"), report)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, progress{true, next})
	return nil
}

// callback serves POST subscriptions/{id}/callback.
func (h *handler) callback(w http.ResponseWriter, r *http.Request) error {
	report, err := readReport(w, r)
	if err != nil {
		return err
	}
	next, err := h.subscriptions.Callback(r.Context(), r.PathValue("id"), report)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, progress{true, next})
	return nil
}

// release serves POST subscriptions/{id}/release.
func (h *handler) release(w http.ResponseWriter, r *http.Request) error {
	report, err := readReport(w, r)
	if err != nil {
		return err
	}
	return noContent(w, h.subscriptions.Release(r.Context(), r.PathValue("id"), report))
}

// keys serves GET jwks.json.
func (h *handler) keys(w http.ResponseWriter, r *http.Request) error {
	set, err := h.subscriptions.Keys(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	writeJSON(w, http.StatusOK, set)
	return nil
}
