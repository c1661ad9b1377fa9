package wake

// Do says what a subscription needs of the process that drives it.
type Do string

// The things to do.
const (
	Wait    Do = "wait"    // nothing until the step's time, or until something happens
	Examine Do = "examine" // look for pending work, and wake if there is some
	Deliver Do = "deliver" // send the current wake: webhook request or wake event
	Expire  Do = "expire"  // take the lease away
)

// Step is what to do next. At is for Wait: Unix milliseconds, 0 for no time.
type Step struct {
	Do Do
	At int64
}

// Next says what a subscription needs now. It is a function of the replicated
// state, so that nothing is owed by a process that dies; inFlight is the one
// exception: this process has already sent, or is sending, the current wake.
func (s Subscription) Next(now int64, inFlight bool) Step {
	switch {
	case s.Phase == Idle && now < s.NextAttempt:
		return Step{Wait, s.NextAttempt}
	case s.Phase == Idle:
		return Step{Do: Examine}
	case s.Phase == Waking && !inFlight && s.NextAttempt <= now:
		return Step{Do: Deliver}
	case s.Deadline != 0 && s.Deadline <= now:
		return Step{Do: Expire}
	case s.Phase == Waking && !inFlight && (s.Deadline == 0 || s.NextAttempt < s.Deadline):
		return Step{Wait, s.NextAttempt}
	}
	return Step{Wait, s.Deadline}
}
