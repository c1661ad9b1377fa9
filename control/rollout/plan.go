package rollout

import (
	"slices"

	"ursula/control/member"
)

// Verb is what a step does.
type Verb string

// The verbs, in the order in which each node gets them.
const (
	Verify  Verb = "verify"   // all members answer and have caught up
	Drain   Verb = "drain"    // the node leads nothing
	Stop    Verb = "stop"     // its process has ended
	Start   Verb = "start"    // another process answers
	CatchUp Verb = "catch up" // it has what it missed
	Undrain Verb = "undrain"  // it may lead again
)

func verbs() []Verb { return []Verb{Verify, Drain, Stop, Start, CatchUp, Undrain} }

// Node is a node that is to get a new process.
type Node struct {
	ID    string `json:"id"`
	Admin string `json:"admin"` // URL of its admin port
	// Boot names the process that is to end; it is noted before that is asked to.
	Boot string `json:"boot,omitempty"`
}

// Step is one step of one node.
type Step struct {
	Node string `json:"node"`
	Do   Verb   `json:"do"`
	Done bool   `json:"done,omitempty"`
}

// Plan is a rollout and how far it is. Steps are done in their order.
type Plan struct {
	// Command starts a node by the shell, with {id} for its id; it returns when the
	// node is started, not when it ends. Empty: somebody else starts nodes.
	Command string `json:"command,omitempty"`
	Nodes   []Node `json:"nodes"`
	Steps   []Step `json:"steps"`
}

// New plans a rollout over the nodes, in the order of their ids.
func New(nodes []Node, command string) Plan {
	p := Plan{Command: command, Nodes: slices.Clone(nodes)}
	slices.SortFunc(p.Nodes, func(a, b Node) int { return member.CompareIDs(a.ID, b.ID) })
	for _, n := range p.Nodes {
		for _, v := range verbs() {
			p.Steps = append(p.Steps, Step{Node: n.ID, Do: v})
		}
	}
	return p
}

// Next returns the index of the first step that is not done, -1 after the last.
func (p Plan) Next() int {
	return slices.IndexFunc(p.Steps, func(s Step) bool { return !s.Done })
}

// node returns the node with this id; valid plans have it.
func (p Plan) node(id string) *Node {
	return &p.Nodes[slices.IndexFunc(p.Nodes, func(n Node) bool { return n.ID == id })]
}

func (p Plan) valid() bool {
	return len(p.Nodes) > 0 && !slices.ContainsFunc(p.Steps, func(s Step) bool {
		return !slices.Contains(verbs(), s.Do) ||
			!slices.ContainsFunc(p.Nodes, func(n Node) bool { return n.ID == s.Node })
	})
}
