package server

import (
	"context"
	"errors"
	"time"

	"ursula/control/place/keeper"
)

// stepDownPatience bounds that. It takes a fraction of a second, or does not
// happen: the others are being stopped as well.
const stepDownPatience = 3 * time.Second

// stepDown gives this node's leaderships away before it ends.
func (c *cluster) stepDown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stepDownPatience)
	defer cancel()
	if err := c.keeper.Load().StepDown(ctx); err != nil && !errors.Is(err, keeper.ErrNoHeir) {
		c.log.Warn("cluster: leaderships are left to an election", "error", err)
	}
}
