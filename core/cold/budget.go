package cold

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// ErrOverBudget says that the node holds as many stream bytes in memory as it
// may. The append can be tried again once some are flushed.
var ErrOverBudget = errors.New("hot byte budget is exhausted")

// Marks are the levels of hot bytes at which something happens.
type Marks struct {
	Flush  int64 // unflushed bytes beyond it are moved to the bucket
	Shed   int64 // flushed bytes beyond it leave memory
	Reject int64 // appends beyond it are refused
}

// Validate returns an error unless 0 < Flush < Shed < Reject.
func (m Marks) Validate() error {
	if m.Flush <= 0 || m.Shed <= m.Flush || m.Reject <= m.Shed {
		return fmt.Errorf("hot byte marks must satisfy 0 < flush < shed < reject, not %d, %d, %d",
			m.Flush, m.Shed, m.Reject)
	}
	return nil
}

// Budget counts the stream bytes that a node holds in memory, flushed or not.
// All methods may be called concurrently.
type Budget struct {
	marks Marks
	hot   atomic.Int64
	grown atomic.Int64 // sum of all increases; never decreases
	alarm atomic.Int64 // value of grown at which the flusher wants to know
	wake  chan struct{}
}

// NewBudget returns an empty budget, or the error of Marks.Validate.
func NewBudget(marks Marks) (*Budget, error) {
	if err := marks.Validate(); err != nil {
		return nil, err
	}
	b := &Budget{marks: marks, wake: make(chan struct{}, 1)}
	b.alarm.Store(marks.Flush)
	return b, nil
}

// Marks returns the marks.
func (b *Budget) Marks() Marks { return b.marks }

// Hot returns the bytes held now.
func (b *Budget) Hot() int64 { return b.hot.Load() }

// Add counts a change of the bytes held. It never waits.
func (b *Budget) Add(delta int64) {
	b.hot.Add(delta)
	if delta > 0 && b.grown.Add(delta) >= b.alarm.Load() {
		notify(b.wake)
	}
}

// Admit returns ErrOverBudget if n more bytes would pass the reject mark. It
// reserves nothing: the caller bounds what is under way between Admit and Add.
func (b *Budget) Admit(n int64) error {
	if b.hot.Load()+n > b.marks.Reject {
		return ErrOverBudget
	}
	return nil
}

// Wake delivers a value when the flusher should look at the budget.
func (b *Budget) Wake() <-chan struct{} { return b.wake }

// alarmAt asks for a wake-up once grown reaches at. Growth is counted, not the
// level: it bounds how much both the hot and the unflushed bytes can have
// risen, whatever was shed or deleted meanwhile.
func (b *Budget) alarmAt(at int64) {
	b.alarm.Store(at)
	if b.grown.Load() >= at {
		notify(b.wake)
	}
}

// notify leaves a value in a channel of capacity one, if it is empty.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
