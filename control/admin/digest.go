package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Digest sums up the state of one group as one node has it. Two nodes that have
// applied as much have the same sum, or one of them is wrong.
type Digest struct {
	Node    string `json:"node"`
	Group   uint32 `json:"group"`
	Applied uint64 `json:"applied"` // index of the newest command in the state
	Bytes   int64  `json:"bytes"`   // length of the state as a snapshot
	SHA256  string `json:"sha256"`  // of that snapshot, in hexadecimal digits
}

// maxWait is how long a digest may be waited for: less than a client waits.
const maxWait = 10 * time.Second

// digest answers with this node's own digest of a group. One is computed at a time:
// each reads all that the group has in memory.
func (h *handler) digest(w http.ResponseWriter, r *http.Request) error {
	group, err := strconv.ParseUint(r.PathValue("group"), 10, 32)
	if err != nil {
		return ErrGroup
	}
	from, wait, err := parseMoment(r.URL.Query())
	if err != nil {
		return err
	}
	if !h.digesting.TryLock() {
		return errBusy
	}
	defer h.digesting.Unlock()
	d, err := h.Digest(r.Context(), uint32(group), from, wait)
	if err != nil {
		return err
	}
	d.Node, d.Group = h.Node, uint32(group)
	return writeJSON(w, http.StatusOK, d)
}

// parseMoment reads from which index on, and how long that is waited for.
func parseMoment(query url.Values) (from uint64, wait time.Duration, err error) {
	if text := query.Get("from"); text != "" {
		if from, err = strconv.ParseUint(text, 10, 64); err != nil {
			return 0, 0, fmt.Errorf("%w: from is not an index", errQuery)
		}
	}
	if text := query.Get("wait"); text != "" {
		if wait, err = time.ParseDuration(text); err != nil || wait < 0 || wait > maxWait {
			return 0, 0, fmt.Errorf("%w: wait is not a duration from 0s to %v", errQuery, maxWait)
		}
	}
	return from, wait, nil
}

// Digest asks the node that the client's only address belongs to for its digest of
// a group: as of the first command whose index is at least from or, if that does not
// come while it waits, as it is then.
func (c *Client) Digest(ctx context.Context, group uint32, from uint64, wait time.Duration) (d Digest, err error) {
	u := c.addresses[0].JoinPath("v1", "node", "groups", fmt.Sprint(group), "digest")
	u.RawQuery = url.Values{"from": {fmt.Sprint(from)}, "wait": {wait.String()}}.Encode()
	err = c.send(ctx, http.MethodGet, u, nil, &d)
	if p := new(Problem); err != nil && !errors.As(err, &p) {
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return d, err
}
