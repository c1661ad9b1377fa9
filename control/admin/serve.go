package admin

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

func (h *handler) status(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, Status{h.Node, h.Version, h.Boot, h.cluster.Status()})
}

// change writes a roster and answers with its version.
func (h *handler) change(w http.ResponseWriter, r *http.Request, change func(member.Roster, time.Time) (member.Roster, error)) error {
	var asked accepted
	err := h.cluster.Update(r.Context(), func(roster member.Roster) (member.Roster, error) {
		if roster.Version == 0 {
			return roster, errNotYet
		}
		next, err := change(roster, time.Now())
		asked.Roster = next.Version
		return next, err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, asked)
}

func (h *handler) add(w http.ResponseWriter, r *http.Request) error {
	var body memberRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	return h.change(w, r, func(roster member.Roster, now time.Time) (member.Roster, error) {
		return roster.Add(member.Peer(body), now)
	})
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(roster member.Roster, now time.Time) (member.Roster, error) {
		return roster.Remove(r.PathValue("id"), now)
	})
}

func (h *handler) replace(w http.ResponseWriter, r *http.Request) error {
	var body memberRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	id := r.PathValue("id")
	if body.ID == "" {
		body.ID = id
	}
	runs := body.ID == id && h.cluster.Runs(r.Context(), id)
	return h.change(w, r, func(roster member.Roster, now time.Time) (member.Roster, error) {
		if m, _ := roster.Find(id); runs && m.State == member.Joining && m.Address == body.Address {
			return roster, nil // it has come already
		} else if runs {
			return roster, fmt.Errorf("%w: stop node %s first, and see that nothing starts it with the disk that it has", errRuns, id)
		}
		return roster.Replace(id, member.Peer(body), now)
	})
}

func (h *handler) drain(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(roster member.Roster, now time.Time) (member.Roster, error) {
		return roster.Drain(r.PathValue("id"), now)
	})
}

func (h *handler) undrain(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, func(roster member.Roster, now time.Time) (member.Roster, error) {
		return roster.Undrain(r.PathValue("id"), now)
	})
}

func (h *handler) transfer(w http.ResponseWriter, r *http.Request) error {
	var body transferRequest
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	group, err := strconv.ParseUint(r.PathValue("group"), 10, 32)
	if err != nil {
		return ErrGroup
	}
	if err := transferable(h.cluster.Status(), uint32(group), body.To); err != nil {
		return err
	}
	if err := h.cluster.Transfer(r.Context(), uint32(group), body.To); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// transferable refuses a leader who would be made to give the group away again at once.
func transferable(s place.Status, group uint32, to string) error {
	i := slices.IndexFunc(s.Groups, func(g place.GroupStatus) bool { return g.ID == group })
	if i < 0 {
		return ErrGroup
	}
	if !slices.Contains(s.Groups[i].Voters, to) {
		return fmt.Errorf("%w: %q", errNoVoter, to)
	}
	for _, m := range s.Members {
		switch {
		case m.ID != to:
		case !m.Reachable:
			return fmt.Errorf("%w: node %s does not answer", errNoLead, to)
		case m.State != member.Active:
			return fmt.Errorf("%w: node %s is %s", errNoLead, to, m.State)
		case m.Unfit != "":
			return fmt.Errorf("%w: node %s is unfit: %s", errNoLead, to, m.Unfit)
		}
	}
	return nil
}

// stop ends this process. A caller that means a certain process names its boot,
// so that a repeated request does not end the next one.
func (h *handler) stop(w http.ResponseWriter, r *http.Request) error {
	if boot := r.URL.Query().Get("boot"); boot != "" && boot != h.Boot {
		return errBoot
	}
	w.WriteHeader(http.StatusAccepted)
	h.Stop()
	return nil
}
