package lean

import (
	"net/http"
	"sync/atomic"
	"time"
)

// date keeps the Date field of the current second. The zero value is ready; all
// connections share one.
type date struct{ current atomic.Pointer[second] }

type second struct {
	unix int64
	line string
}

// line returns the field with its end.
func (d *date) line() string {
	now := time.Now()
	if s := d.current.Load(); s != nil && s.unix == now.Unix() {
		return s.line
	}
	s := &second{now.Unix(), "Date: " + now.UTC().Format(http.TimeFormat) + "\r\n"}
	d.current.Store(s)
	return s.line
}
