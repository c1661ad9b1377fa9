package protocol

import (
	"errors"
	"net/http"
	"time"
)

// pace bounds how long a request body may pause. A connection that carries a
// body to the handler without being asked has no deadline of its own: without a
// bound, one that stops sending would keep its share of the budget for ever.
//
// A ResponseWriter without deadlines has to bound bodies itself.
type pace struct {
	conn  *http.ResponseController
	pause time.Duration
	set   bool
}

func newPace(w http.ResponseWriter, pause time.Duration) pace {
	return pace{conn: http.NewResponseController(w), pause: pause}
}

// next is called before each read.
func (p *pace) next() error {
	err := p.conn.SetReadDeadline(time.Now().Add(p.pause))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	p.set = err == nil
	return err
}

// end lifts the bound: the connection goes on to wait for other things.
func (p *pace) end() error {
	if !p.set {
		return nil
	}
	p.set = false
	return p.conn.SetReadDeadline(time.Time{})
}
