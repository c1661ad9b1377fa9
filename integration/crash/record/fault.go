package record

import "fmt"

// Kind is a broken promise; the package comment explains each.
type Kind string

// The kinds of faults.
const (
	Lost         Kind = "lost"
	Doubled      Kind = "doubled"
	Reordered    Kind = "reordered"
	Invented     Kind = "invented"
	Torn         Kind = "torn"
	Rewritten    Kind = "rewritten"
	Receded      Kind = "receded"
	Reopened     Kind = "reopened"
	Revived      Kind = "revived"
	Vanished     Kind = "vanished"
	Disinherited Kind = "disinherited"
	Forgotten    Kind = "forgotten"
)

// Fault is one broken promise of one stream.
type Fault struct {
	Stream string
	Kind   Kind
	Detail string
}

func (f Fault) String() string { return fmt.Sprintf("%s: %s: %s", f.Stream, f.Kind, f.Detail) }

// faults collects; a nil list is a kept promise.
type faults struct {
	stream string
	list   []Fault
}

func (f *faults) add(kind Kind, format string, args ...any) {
	f.list = append(f.list, Fault{f.stream, kind, fmt.Sprintf(format, args...)})
}
