package admin

import "time"

// SetPause makes tests wait less.
func (c *Client) SetPause(d time.Duration) { c.pause = d }
