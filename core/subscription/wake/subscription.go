package wake

// Phase says where a subscription stands between two wakes.
type Phase string

// The phases. Their names are part of the record format.
const (
	Idle   Phase = "idle"   // no wake in flight, no lease
	Waking Phase = "waking" // a wake was issued and is not yet taken
	Leased Phase = "leased" // a worker, or the webhook's endpoint, is at work
)

// Subscription is the replicated state of one subscription apart from its
// cursors. Times are Unix milliseconds, 0 meaning none.
type Subscription struct {
	ID      string `json:"id"`
	Base    string `json:"base"` // URL of the control root, for callbacks
	Config  Config `json:"config"`
	Hash    string `json:"hash"`
	Created int64  `json:"created_at"`
	Links   int    `json:"links"` // how many link records there are

	Generation uint64 `json:"generation"`
	Phase      Phase  `json:"phase"`
	WakeID     string `json:"wake_id,omitempty"`
	Trigger    string `json:"trigger,omitempty"` // a stream that was pending at the wake
	Holder     string `json:"holder,omitempty"`
	Deadline   int64  `json:"lease_deadline,omitempty"`

	Attempts    int   `json:"failed_attempts,omitempty"` // in a row
	NextAttempt int64 `json:"next_attempt_at,omitempty"`
}

// New returns an idle subscription. The configuration must be normalised.
func New(id, base string, config Config, now int64) Subscription {
	hash := config.Hash()
	config.Streams = nil // from here on the links say it
	return Subscription{ID: id, Base: base, Config: config, Hash: hash, Created: now, Phase: Idle}
}

// Failing says that the last delivery failed and another is scheduled.
func (s Subscription) Failing() bool { return s.Attempts > 0 }

// Fence refuses whoever does not act for the current wake.
func (s Subscription) Fence(generation uint64, wakeID string) error {
	if s.Phase == Idle || generation != s.Generation || wakeID != s.WakeID {
		return ErrFenced
	}
	return nil
}

// Wake issues a new wake. A webhook's lease starts with it; a pull-wake
// subscription's lease starts with the claim.
func (s Subscription) Wake(now int64, wakeID, trigger string) Subscription {
	s = s.rest()
	s.Phase, s.WakeID, s.Trigger = Waking, wakeID, trigger
	s.Generation++
	return s.Attempt(now)
}

// Attempt begins a delivery of the current wake: its schedule is used up, and a
// webhook's lease starts afresh so that a late attempt leaves time to work.
func (s Subscription) Attempt(now int64) Subscription {
	s.NextAttempt = 0
	if s.Config.Type == Webhook {
		s.Deadline = now + s.Config.LeaseTTL
	}
	return s
}

// Failed schedules the next attempt after one that did not arrive. The draw is
// uniform in [0, 1).
func (s Subscription) Failed(now int64, draw float64) Subscription {
	s.Attempts++
	s.NextAttempt = now + Backoff(s.Attempts, draw)
	return s
}

// Accepted records that a wake arrived. A webhook's endpoint then has the lease.
func (s Subscription) Accepted() Subscription {
	s.Attempts, s.NextAttempt = 0, 0
	if s.Config.Type == Webhook {
		s.Phase = Leased
	}
	return s
}

// Claim gives the lease to a worker. An idle subscription issues the wake
// wakeID for it; a waking one hands over the wake that it has. It returns a
// *HeldError when the lease is taken.
func (s Subscription) Claim(now int64, worker, wakeID string) (Subscription, error) {
	switch s.Phase {
	case Leased:
		return s, &HeldError{Holder: s.Holder, Generation: s.Generation}
	case Idle:
		s = s.Wake(now, wakeID, "")
	}
	s.Phase, s.Holder = Leased, worker
	s.Attempts, s.NextAttempt = 0, 0
	s.Deadline = now + s.Config.LeaseTTL
	return s, nil
}

// Renew extends the lease. It also proves that the wake had arrived.
func (s Subscription) Renew(now int64) Subscription {
	s = s.Accepted()
	s.Phase, s.Deadline = Leased, now+s.Config.LeaseTTL
	return s
}

// Done ends the wake and forgets earlier failures.
func (s Subscription) Done() Subscription {
	s = s.rest()
	s.Attempts, s.NextAttempt = 0, 0
	return s
}

// Expire ends a wake whose lease is over. A delivery that was still under way
// counts as failed; a schedule that stands is kept, so that expiry is no way
// around the backoff.
func (s Subscription) Expire(now int64, draw float64) Subscription {
	if s.Phase == Waking && s.NextAttempt == 0 {
		s = s.Failed(now, draw)
	}
	return s.rest()
}

func (s Subscription) rest() Subscription {
	s.Phase, s.WakeID, s.Trigger, s.Holder, s.Deadline = Idle, "", "", "", 0
	return s
}
