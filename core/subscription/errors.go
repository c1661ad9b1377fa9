package subscription

import "errors"

// What a request can be refused for, beside the errors of packages wake, keys
// and webhook.
var (
	ErrNotFound  = errors.New("subscription not found")
	ErrExists    = errors.New("subscription exists with a different configuration")
	ErrLimit     = errors.New("subscription limit reached")
	ErrContended = errors.New("subscription changes too fast")
	ErrElsewhere = errors.New("another node drives the subscription")
)
