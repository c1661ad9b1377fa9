package place

import "fmt"

// Cold is how far a node's own copies of the cold objects are. The zero value says
// that it has all of them.
type Cold struct {
	Unseen  int64 `json:"unseen,omitempty"`  // groups whose objects it has not looked for yet
	Missing int64 `json:"missing,omitempty"` // objects that it lacks
	Lost    int64 `json:"lost,omitempty"`    // those of them that no member has: it waits for none of these
}

// Whole says that the node has every object that can be had.
func (c Cold) Whole() bool { return c.Unseen == 0 && c.Missing <= c.Lost }

// String says what is not as it should be, "" if nothing is.
func (c Cold) String() string {
	switch {
	case c.Unseen > 0:
		return "looks for cold objects of " + count(c.Unseen, "group")
	case !c.Whole():
		return "lacks " + count(c.Missing-c.Lost, "cold object") + c.loss(", and ")
	}
	return c.loss("")
}

func (c Cold) loss(before string) string {
	if c.Lost == 0 {
		return ""
	}
	return before + "no member has " + count(c.Lost, "cold object")
}

func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// backed says that those of these voters who lack cold objects, or do not answer,
// are no majority: whoever decides, one with all of them takes part.
func (p *planner) backed(voters []string) bool {
	lacking := 0
	for _, id := range voters {
		if m := p.member(id); !m.Reachable || !m.Cold.Whole() {
			lacking++
		}
	}
	return lacking < majority(len(voters))
}
