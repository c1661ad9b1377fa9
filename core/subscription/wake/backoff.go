package wake

// The retry schedule, in milliseconds. Jitter is the share by which a delay may
// be longer or shorter.
const (
	firstRetry = 1_000
	lastRetry  = 60_000
	jitter     = 0.2
)

// Backoff is the delay before the next attempt after failed attempts in a row,
// in milliseconds: 1 s, doubling up to 60 s, each made up to a fifth longer or
// shorter by the draw, which is uniform in [0, 1).
func Backoff(failed int, draw float64) int64 {
	delay := int64(firstRetry)
	for n := 1; n < failed && delay < lastRetry; n++ {
		delay *= 2
	}
	delay = min(delay, lastRetry)
	return int64(float64(delay) * (1 - jitter + 2*jitter*draw))
}
