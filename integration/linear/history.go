package linear

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Sight is a moment at which a live reader had been given everything up to Tail.
type Sight struct {
	At   time.Duration
	Tail int64
}

// Tail is what one live reader of one stream was given over all its connections,
// from byte From on.
type Tail struct {
	Reader  int
	Stream  string
	From    int64
	Content string
	Sights  []Sight `json:",omitempty"`
}

// Final is what one node said about one stream after all faults were healed and
// all clients had ended.
type Final struct {
	Node    int
	Stream  string
	Present bool
	Closed  bool  `json:",omitzero"`
	Tail    int64 `json:",omitzero"`
	Content string
}

// History is everything that clients saw. The order of its parts means nothing.
type History struct {
	Skew   time.Duration // how far the clocks of two nodes were set apart at most
	Ops    []Op
	Tails  []Tail
	Finals []Final
}

// line is one line of a history's file: exactly one field is set.
type line struct {
	Op    *Op    `json:",omitempty"`
	Tail  *Tail  `json:",omitempty"`
	Final *Final `json:",omitempty"`

	Skew time.Duration `json:",omitzero"`
}

var errLine = errors.New("a line holds one operation, tail, final or skew")

// Write writes the history as lines of JSON.
func (h *History) Write(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	var errs []error
	if h.Skew > 0 {
		errs = append(errs, encoder.Encode(line{Skew: h.Skew}))
	}
	for i := range h.Ops {
		errs = append(errs, encoder.Encode(line{Op: &h.Ops[i]}))
	}
	for i := range h.Tails {
		errs = append(errs, encoder.Encode(line{Tail: &h.Tails[i]}))
	}
	for i := range h.Finals {
		errs = append(errs, encoder.Encode(line{Final: &h.Finals[i]}))
	}
	return errors.Join(append(errs, buffered.Flush())...)
}

// ReadHistory reads what Write wrote.
func ReadHistory(r io.Reader) (*History, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	h := &History{}
	for number := 1; ; number++ {
		var l line
		err := decoder.Decode(&l)
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err == nil {
			err = h.add(l)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the history: %w", number, err)
		}
	}
}

func (h *History) add(l line) error {
	switch {
	case l == line{Op: l.Op} && l.Op != nil:
		h.Ops = append(h.Ops, *l.Op)
	case l == line{Tail: l.Tail} && l.Tail != nil:
		h.Tails = append(h.Tails, *l.Tail)
	case l == line{Final: l.Final} && l.Final != nil:
		h.Finals = append(h.Finals, *l.Final)
	case l == line{Skew: l.Skew} && l.Skew > 0:
		h.Skew = l.Skew
	default:
		return errLine
	}
	return nil
}
